/** A map beside a list: the outlines and names of an area and its parts, over the chosen base map. */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { AreaTiles } from './areas.js';
import { BaseMap } from './base.js';
import { Buttons, Scale } from './controls.js';
import { Labels } from './overlay.js';

const FINER = { county: 'township', township: 'village', village: 'grid', grid: 'unit', unit: 'unit' };

export class OutlinesMap {
  /** options: api; config {area, level, basemap}; tell(text) says what the map leaves out. */
  constructor(container, { api, config, tell }) {
    Object.assign(this, { api, config, tell });
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.5, minZoom: 6, maxZoom: 19, center: [35, 105], zoom: 6,
    });
    for (const [name, zIndex] of [['areas', 210], ['names', 450]]) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = 'none';
    }
    this.base = new BaseMap(this.map, config.basemap, ({ shown }) => this.laid(shown));
    new Scale({ position: 'bottomleft' }).addTo(this.map);
    new Buttons({ onHome: () => this.fit() }).addTo(this.map);
  }

  /** Draws what lies beneath; what is listed is the page's own. */
  async start() {
    await this.fit();
    await this.base.show(this.config.basemap[0]?.key ?? '');
    this.areas = new AreaTiles({
      pane: 'areas', level: FINER[this.config.level], on: '', margin: 1,
      styleOf: () => ({ fill: this.fill, stroke: '#8d8577', width: 1.2 }),
    }).addTo(this.map);
    this.names = new Labels({
      pane: 'names',
      labels: () => this.areas.labelPoints().map((point) => ({ ...point, priority: 1, small: true })),
    }).addTo(this.map);
    this.areas.on('decoded', () => this.names.redraw());
  }

  /** Outlines alone over a base map, as sheets of paper where there is none. */
  laid(shown) {
    this.fill = shown ? null : '#faf8f4';
    this.areas?.repaint();
  }

  /** The whole part that is listed; without outlines the map stays as it is. */
  async fit() {
    const { bounds } = await this.api.bounds(this.config.area);
    if (!bounds) {
      this.tell(_('This area has no outline yet, so the map cannot find it; the list holds everything.'));
      return;
    }
    const [west, south, east, north] = bounds;
    this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [16, 20], paddingBottomRight: [16, 56], animate: false });
  }
}
