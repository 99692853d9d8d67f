/** The small map of a form: a pin set by a tap or by keys, among boundaries and place names. */
import * as L from 'leaflet';
import { Store } from '../data/store.js';
import { AreaTiles } from './areas.js';
import { Labels } from './overlay.js';
import { SpotMap } from './spot.js';

const LINE = '#59626c';
const STYLE = { fill: null, stroke: LINE, width: 1.3, rank: 1 };

/** Outlines of the level that suits the zoom, as the server chooses it. */
const Outlines = AreaTiles.extend({
  urlOf({ x, y, z }) { return `/tiles/areas/${z - 1}/${x}/${y}.mvt`; },
});

/** As much of the map's model as a pin needs: where it is, and that it is always being placed. */
class PickModel {
  constructor(at, { put, leave }) {
    this.store = new Store({ place: null, move: { at, from: null }, picking: false });
    this.placing = {
      put: (point) => {
        this.set(point);
        put(point);
      },
      save: leave,
    };
  }

  get state() { return this.store.state; }
  set(at) { this.store.set({ move: { at, from: null } }); }
}

export class PickMap {
  /**
   * config: {bounds, outlines: [{name, level, lon, lat, rings}], basemap, tiles: whether the areas
   * are drawn by tiles}; at: {lon, lat} or null; put({lon, lat}): the pin was set here;
   * leave(): Enter on the pin, it stands as wanted.
   */
  constructor(container, config, at, { put, leave }) {
    const [west, south, east, north] = config.bounds;
    this.model = new PickModel(null, { put, leave });
    this.spot = new SpotMap(container, this.model, { lon: (west + east) / 2, lat: (south + north) / 2 }, config.basemap);
    const { map } = this.spot;
    map.fitBounds([[south, west], [north, east]], { animate: false });
    for (const [name, zIndex] of [['outlines', 220], ['names', 450]]) {
      const pane = map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = 'none';
    }
    const names = config.tiles ? this.tiles(map) : this.lines(map, config.outlines);
    this.labels = new Labels({ pane: 'names', labels: names }).addTo(map);
    if (at) this.model.set(at);
  }

  tiles(map) {
    const layer = new Outlines({ pane: 'outlines', styleOf: () => STYLE, margin: 1 }).addTo(map);
    layer.on('decoded', () => this.labels.redraw());
    return () => layer.labelPoints().map((point) => ({ ...point, priority: 1 }));
  }

  lines(map, outlines) {
    for (const { rings, level } of outlines) {
      for (const ring of rings) {
        L.polyline(ring.map(([lon, lat]) => [lat, lon]), {
          pane: 'outlines', color: LINE, weight: level === 'grid' ? 1 : 2, interactive: false,
        }).addTo(map);
      }
    }
    return () => outlines.map((outline) => ({
      ...outline, priority: outline.level === 'grid' ? 1 : 2, small: outline.level === 'grid',
    }));
  }

  /** Moves the pin to {lon, lat}, or takes it off for null. */
  set(at) { this.model.set(at); }
}
