/**
 * The points of the borders that areas share. Dragging one moves the outline of every area that
 * has it while it is dragged; a small point between two others becomes a new one.
 */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { inserted, keyOf, moved } from '../data/topology.js';

const MOST = 160; // points at once: more could not be told apart
const ROOM = 44; // pixels an edge must be long to offer a point in its middle
const SNAP = 14; // pixels
const REACH = 24; // pixels a slid end may lie from where it was put
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 10; // times as far with Shift
const PAUSE = 700; // ms after the last key until a move is made

const latlng = ([lon, lat]) => L.latLng(lat, lon);

export class Vertices {
  /** view: the map of the editor with `map`, `model`, `layers` (key → {layer, area}). */
  constructor(view) {
    this.view = view;
    this.map = view.map;
    this.model = view.model;
    const pane = this.map.createPane('vertices');
    pane.style.zIndex = 620;
    this.group = L.layerGroup().addTo(this.map);
    this.map.on('moveend', () => { if (this.on && !this.held) this.draw(); });
  }

  show(on) {
    this.on = on;
    this.draw();
  }

  /** Points in view: of the grid that is chosen, else of all. */
  draw() {
    this.group.clearLayers();
    this.held = null;
    const { borders, chosen } = this.model.state;
    if (!this.on || !borders) return;
    const mine = (areas) => !chosen.length || [...areas].some((key) => chosen.includes(key));
    const box = this.map.getBounds().pad(0.02);
    const seen = [...borders.vertices.values()].filter(({ at, areas }) => mine(areas) && box.contains(latlng(at)));
    this.crowded = seen.length > MOST;
    if (this.crowded) {
      this.model.say(_('Zoom in, or choose one grid, to see the points of its borders.'));
      return;
    }
    for (const edge of borders.edges) if (mine(edge.areas)) this.middle(edge, box);
    for (const vertex of seen) this.vertex(vertex);
    if (this.focus) this.focused(this.focus);
  }

  middle(edge, box) {
    const { a, b } = edge;
    const ends = [a, b].map((at) => this.map.latLngToContainerPoint(latlng(at)));
    const at = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    if (ends[0].distanceTo(ends[1]) < ROOM || !box.contains(latlng(at))) return;
    const vertex = { at, village: edge.village, rim: false };
    this.handle('vertex middle', vertex, {
      title: _('Drag to add a point to this border'), keyboard: false, zIndexOffset: 0,
      keys: edge.areas, draw: (geometry, to) => inserted(geometry, a, b, to),
      change: (to) => ({ inserts: [[a, b, to]] }),
    });
  }

  vertex(vertex) {
    const { key, at } = vertex;
    const marker = this.handle(vertex.rim ? 'vertex rim' : 'vertex', vertex, {
      title: vertex.rim
        ? _('End of a border: slides along the edge of the village')
        : _('Point of a border: drag it, or move it by arrow keys; Delete takes it out'),
      keyboard: true, zIndexOffset: 1000,
      keys: this.following(key), draw: (geometry, to) => moved(geometry, key, to),
      change: (to) => ({ moves: [[at, to]] }),
    });
    const remove = () => { if (this.model.state.borders.removable(vertex)) this.make(vertex, { removes: [at] }); };
    marker.on('contextmenu', remove);
    marker.getElement().dataset.vertex = key;
    marker.getElement().addEventListener('keydown', (event) => {
      if (event.key === 'Delete' || event.key === 'Backspace') remove();
      else if (!this.nudge(event, marker)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** Keys of all areas with a vertex, whatever borders it. */
  following(key) {
    return this.model.state.draft.areas
      .filter(({ geometry }) => geometry.some((polygon) => polygon.some((ring) => ring.some((at) => keyOf(at) === key))))
      .map((area) => area.key);
  }

  handle(className, vertex, { title, keyboard, zIndexOffset, keys, draw, change }) {
    const marker = L.marker(latlng(vertex.at), {
      pane: 'vertices', draggable: true, autoPan: true, keyboard, title, alt: '', zIndexOffset,
      icon: L.divIcon({ className, iconSize: [48, 48], html: '' }), pmIgnore: true, snapIgnore: true,
    });
    marker.on('dragstart', () => { this.held = vertex; });
    marker.on('drag', () => this.preview(marker, vertex, keys, draw));
    marker.on('dragend', () => this.make(vertex, change(this.place(marker, vertex))));
    marker.preview = () => this.preview(marker, vertex, keys, draw);
    marker.finish = () => this.make(vertex, change(this.place(marker, vertex)), true);
    marker.addTo(this.group);
    marker.getElement().setAttribute(...(keyboard ? ['aria-label', title] : ['aria-hidden', 'true']));
    return marker;
  }

  /** Where a handle may stand: on a vertex near by, on the outline, or where it is. */
  place(marker, vertex) {
    const { borders } = this.model.state;
    const { lat, lng } = marker.getLatLng();
    const free = borders.allowed(vertex, [lng, lat]);
    if (vertex.rim) return free;
    const here = this.map.latLngToContainerPoint(latlng(free));
    let best = { at: free, far: SNAP };
    for (const { at, village, key } of borders.vertices.values()) {
      if (village !== vertex.village || key === vertex.key) continue;
      const far = this.map.latLngToContainerPoint(latlng(at)).distanceTo(here);
      if (far < best.far) best = { at, far };
    }
    return best.at;
  }

  preview(marker, vertex, keys, draw) {
    const to = this.place(marker, vertex);
    for (const key of keys) this.view.preview(key, (geometry) => draw(geometry, to));
  }

  nudge(event, marker) {
    if (event.key === 'Enter' && this.timer) {
      this.settle(marker);
      return true;
    }
    const step = STEPS[event.key];
    if (!step) return false;
    const by = L.point(step).multiplyBy(event.shiftKey ? FAR : 1);
    marker.setLatLng(this.map.containerPointToLatLng(this.map.latLngToContainerPoint(marker.getLatLng()).add(by)));
    marker.preview();
    this.held = marker;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(marker), PAUSE);
    return true;
  }

  settle(marker) {
    clearTimeout(this.timer);
    this.timer = null;
    marker.finish();
  }

  async make(vertex, change, byKeys = false) {
    this.held = null;
    const [to] = [...(change.moves ?? []).map(([, at]) => at)];
    this.focus = byKeys && to ? to : null;
    const reach = Math.max(20, this.view.metres(REACH));
    await this.model.step({ verb: 'move', village: vertex.village, reach_m: Math.min(reach, 1000), ...change });
  }

  /** Gives the keys back to the point that was moved by them. */
  focused(at) {
    const element = this.map.getContainer().querySelector(`[data-vertex="${keyOf(at)}"]`);
    element?.focus({ preventScroll: true });
    this.focus = null;
  }
}
