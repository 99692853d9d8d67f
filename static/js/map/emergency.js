/** The small map of an emergency list: outlines, names, and the households of what is in view. */
import * as L from 'leaflet';
import { _, ngettext } from '../data/i18n.js';
import { h } from '../components/base.js';
import { AreaTiles } from './areas.js';
import { Buttons, Scale } from './controls.js';
import { BaseMap } from './base.js';
import { Labels } from './overlay.js';

const FINER = { county: 'township', township: 'village', village: 'grid', grid: 'unit', unit: 'unit' };
const REST = 250;
/** Numbers stand in the squares from this zoom on; before that they would cover each other. */
const NEAR = 14;

export class PlacesMap {
  /** options: api; config {id, area, level, basemap}; tell(text) says what the map leaves out. */
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
    this.others = L.canvas({ padding: 0.2 });
    this.places = L.layerGroup().addTo(this.map);
  }

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
    this.map.on('moveend', () => this.later());
    await this.draw();
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

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw().catch((error) => this.tell(error.message)), REST);
  }

  async draw() {
    this.asked?.abort();
    this.asked = new AbortController();
    const box = this.map.getBounds().toBBoxString();
    let found;
    try {
      found = await this.api.get(`/emergency/${this.config.id}/places`, { box }, this.asked.signal);
    } catch (error) {
      if (error.name === 'AbortError') return;
      throw error;
    }
    this.places.clearLayers();
    for (const row of found.rows) this.places.addLayer(this.symbol(row));
    this.tell(found.more ? _('Too many households for one view: zoom in to see all.') : '');
  }

  symbol(row) {
    const at = [row.lat, row.lon];
    const layer = row.help
      ? L.marker(at, {
        title: row.head,
        icon: L.divIcon({ className: '', html: square(row.help, this.map.getZoom() < NEAR), iconSize: [24, 24] }),
        zIndexOffset: 1000,
      })
      : L.circleMarker(at, {
        renderer: this.others, radius: 5, weight: 2, color: '#59626c', fillColor: '#fff', fillOpacity: 1,
      });
    return layer.bindPopup(() => words(row), { maxWidth: 260 });
  }
}

const square = (persons, far) => h(`span.help-sign${far ? '.far' : ''}`, {}, String(persons));

const call = (phone) => h('a', { href: `tel:${phone}` }, phone);

/** What the popup of a household says, as elements with text nodes. */
function words(row) {
  return h('div.place-popup', {},
    h('p', {}, h('b', {}, row.head), row.size ? ` · ${ngettext('%(n)s person', '%(n)s persons', row.size)}` : ''),
    row.help
      ? h('p.bad', {}, ngettext('help to move: %(n)s person', 'help to move: %(n)s persons', row.help))
      : null,
    h('p', {}, row.address),
    row.phone ? h('p', {}, call(row.phone)) : h('p.hint', {}, _('No phone on record')),
    row.contacts.map(({ person, role_label: role, phone }) =>
      h('p.hint', {}, `${role} ${person} `, phone ? call(phone) : null)));
}
