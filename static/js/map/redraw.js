/** The map of the editor: outlines, grids with their names, households, barriers, faults, tools. */
import { Pencil } from './geoman.js';
import * as L from 'leaflet';
import { _, ngettext } from '../data/i18n.js';
import { inks } from '../data/topology.js';
import { BaseMap } from './base.js';
import { Buttons, Scale } from './controls.js';
import { Labels, Overlay } from './overlay.js';
import { Vertices } from './vertices.js';

export const INKS = ['#8fb8d8', '#e8c28a', '#a9cfae', '#c9b3dd', '#d9a9a0'];
const CHOSEN = '#0b5f73';
const BARRIERS = {
  road: { color: '#7a5b3a', weight: 4 },
  river: { color: '#2f7fb5', weight: 4 },
  rail: { color: '#1d2329', weight: 4, dashArray: '2 6' },
};
const STILL = { interactive: false, pmIgnore: true, snapIgnore: true };
const SHAPES = { draw: 'Polygon', split: 'Line', barrier: 'Line' };
const CLOSE = 17;

const rings = (geometry) => geometry.map((polygon) => polygon.map((ring) => ring.map(([lon, lat]) => [lat, lon])));

/** Households as dots: thousands of them, so one canvas. */
const Dots = Overlay.extend({
  paint(context, size) {
    const points = this.options.points();
    const r = this._map.getZoom() >= 15 ? 3 : 2;
    context.fillStyle = 'rgba(29, 35, 41, 0.62)';
    for (const [lon, lat] of points) {
      const { x, y } = this._map.latLngToContainerPoint([lat, lon]);
      if (x < 0 || y < 0 || x > size.x || y > size.y) continue;
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      context.fill();
    }
  },
});

export class RedrawMap {
  /** inset() -> pixels covered by panels; drawn(tool, places): something was drawn. */
  constructor(container, model, { basemap, inset, drawn }) {
    this.model = model;
    this.inset = inset;
    this.layers = new Map();
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.5, minZoom: 3, maxZoom: 20,
      center: [35, 105], zoom: 4, doubleClickZoom: false,
    });
    for (const [name, zIndex] of [['ground', 206], ['grids', 220], ['dots', 430], ['names', 450], ['faults', 610]]) {
      this.map.createPane(name).style.zIndex = zIndex;
    }
    for (const name of ['dots', 'names']) this.map.getPane(name).style.pointerEvents = 'none';
    new BaseMap(this.map, basemap).show(basemap[0]?.key ?? '');
    new Scale({ position: 'bottomleft' }).addTo(this.map);
    new Buttons({ onHome: () => this.fit() }).addTo(this.map);
    this.still = L.layerGroup().addTo(this.map);
    this.dots = new Dots({ pane: 'dots', points: () => model.state.points ?? [] }).addTo(this.map);
    this.labels = new Labels({ pane: 'names', labels: () => this.names() }).addTo(this.map);
    this.vertices = new Vertices(this);
    this.pencil = new Pencil(this.map, (places) => drawn(this.model.state.tool, places));
    model.store.subscribe((state) => this.update(state));
  }

  /** Metres that so many pixels are at the middle of the view. */
  metres(pixels) {
    const { lat } = this.map.getCenter();
    return (pixels * 156543.034 * Math.cos((lat * Math.PI) / 180)) / 2 ** this.map.getZoom();
  }

  update(state) {
    const { draft, points, tool, chosen, drawn, look } = state;
    if (!draft) return;
    const fresh = drawn !== this.seen;
    if (fresh) this.draw(draft);
    this.seen = drawn;
    const key = chosen.join();
    if (fresh || key !== this.chosen) this.paint(chosen);
    if (fresh || key !== this.chosen || tool !== this.tool) {
      this.vertices.show(tool === 'move');
      if (SHAPES[tool]) this.pencil.take(SHAPES[tool]);
      else this.pencil.put();
    }
    this.chosen = key;
    this.tool = tool;
    if (points !== this.points) this.dots.redraw();
    this.points = points;
    if (look !== this.look) this.lookAt(look);
    this.look = look;
  }

  draw(draft) {
    this.still.clearLayers();
    for (const { layer } of this.layers.values()) layer.remove();
    this.layers.clear();
    this.ink = inks(draft.areas, this.model.state.borders, INKS.length);
    for (const { geometry, open } of draft.villages) {
      L.polygon(rings(open), { ...STILL, pane: 'ground', stroke: false, fillColor: '#f0a99c', fillOpacity: 0.85 }).addTo(this.still);
      L.polygon(rings(geometry), { ...STILL, snapIgnore: false, pane: 'grids', fill: false, color: '#1d2329', weight: 3 }).addTo(this.still);
    }
    for (const area of draft.areas) {
      const layer = L.polygon(rings(area.geometry), { pane: 'grids', pmIgnore: true, snapIgnore: false }).addTo(this.map);
      layer.on('click', (event) => this.clicked(area.key, event));
      this.layers.set(area.key, { layer, area });
    }
    for (const { kind, geometry } of draft.barriers) {
      const lines = geometry.map((line) => line.map(([lon, lat]) => [lat, lon]));
      L.polyline(lines, { ...STILL, snapIgnore: false, pane: 'grids', ...BARRIERS[kind] }).addTo(this.still);
    }
    for (const fault of draft.faults) this.fault(fault);
    if (!this.fitted) this.fit();
    this.labels.redraw();
  }

  fault(fault) {
    const marker = L.marker([fault.lat, fault.lon], {
      pane: 'faults', pmIgnore: true, snapIgnore: true, title: fault.sentence, alt: fault.sentence,
      icon: L.divIcon({ className: 'fault-mark', iconSize: [48, 48], html: '' }), keyboard: false,
    });
    marker.on('click', () => this.model.say(fault.sentence, 'warn'));
    marker.addTo(this.still);
  }

  paint(chosen) {
    for (const [key, { layer, area }] of this.layers) {
      const on = chosen.includes(key);
      layer.setStyle({
        color: on ? CHOSEN : '#4c545c', weight: on ? 4 : 1.6, opacity: 1, dashArray: area.locked ? '7 5' : null,
        fillColor: INKS[this.ink.get(key)], fillOpacity: on ? 0.78 : 0.55,
      });
      if (on) layer.bringToFront();
    }
  }

  clicked(key, event) {
    if (SHAPES[this.model.state.tool]) return; // the pencil has it
    L.DomEvent.stop(event);
    this.model.choose(key);
  }

  /** Draws an area otherwise while a border of it is dragged. */
  preview(key, change) {
    const held = this.layers.get(key);
    held?.layer.setLatLngs(rings(change(held.area.geometry)));
  }

  names() {
    const { draft } = this.model.state;
    if (!draft) return [];
    return draft.areas.map((area) => {
      const [lon, lat] = area.label;
      const count = ngettext('%(n)s household', '%(n)s households', area.households);
      const name = area.locked ? _('%(name)s (locked)', { name: area.name }) : area.name;
      return { lon, lat, name: `${name} · ${count}`, priority: 2 + area.households };
    });
  }

  bounds() {
    return L.latLngBounds(this.model.state.draft.villages.flatMap(({ geometry }) => rings(geometry).flat(2)));
  }

  padding() {
    const { left, top, right, bottom } = this.inset();
    return { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] };
  }

  fit() {
    this.fitted = true;
    this.map.fitBounds(this.bounds(), { ...this.padding(), animate: false });
  }

  lookAt(look) {
    if (look?.place) {
      this.map.setView([look.place.lat, look.place.lon], Math.max(CLOSE, this.map.getZoom()), { animate: false });
      const { left, top, right, bottom } = this.inset();
      this.map.panBy([(right - left) / 2, (bottom - top) / 2], { animate: false });
    } else if (look?.key && this.layers.has(look.key)) {
      this.map.fitBounds(this.layers.get(look.key).layer.getBounds(), { ...this.padding(), animate: false, maxZoom: CLOSE });
    }
  }
}
