/**
 * The map of the page: turns the model's state into layers and what people do on it into the
 * model's verbs. Colours come from the coverage rows by area id, so that map and list agree.
 */
import * as L from 'leaflet';
import { keyOf } from '../data/coverage.js';
import { classify } from '../data/classes.js';
import { HOUSEHOLD_ZOOM, rowLevel } from '../data/levels.js';
import { AreaTiles } from './areas.js';
import { BaseMap } from './base.js';
import { Buttons, Scale } from './controls.js';
import { HouseholdTiles } from './households.js';
import { NearMarks } from './nearby.js';
import { Labels } from './overlay.js';
import { Pins } from './pin.js';

const ACCENT = '#0b5f73';
const OUTSIDE = '#ebe9e3';
const BLANK = '#ffffff';

export class MapView {
  /** container: the element; model: the page's MapModel; inset() -> pixels covered {left, top, right, bottom}. */
  constructor(container, model, inset) {
    this.model = model;
    this.inset = inset;
    this.rows = new Map();
    this.innerRows = new Map();
    this.shown = {};
    this.asked = new Map();
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.5, minZoom: 3, maxZoom: 19,
      center: [35, 105], zoom: 4,
    });
    this.panes();
    this.base = new BaseMap(this.map, model.config.basemap, (state) => this.laid(state));
    this.households = null;
    // The first control of a bottom corner ends up lowest or, in our row, last.
    new Scale({ position: 'bottomleft' }).addTo(this.map);
    new Buttons({ onHome: () => this.fitArea() }).addTo(this.map);
    this.labels = new Labels({ pane: 'names', labels: () => this.labelList() }).addTo(this.map);
    this.pins = new Pins(this.map, model);
    this.near = new NearMarks(this.map, model, (bounds) => this.bring(bounds));
    this.map.on('click', (event) => this.clicked(event));
    this.map.on('mousemove', (event) => this.hovered(event));
    this.map.on('mouseout', () => {
      this.model.hover('');
      this.tell(null);
    });
    this.map.on('moveend', () => this.rested());
    // Usually the first view: asked for while the numbers are on their way.
    if (!model.route.area) this.boundsOf(model.config.root.id).catch(() => {});
    model.store.subscribe(() => this.update());
  }

  panes() {
    for (const [name, zIndex] of [['inner', 210], ['areas', 220], ['homes', 230], ['frame', 240], ['names', 450]]) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = 'none';
    }
  }

  /** A base map shines through the areas; without one they are opaque. */
  laid({ shown, failed }) {
    for (const pane of ['areas', 'inner']) this.map.getPane(pane).style.opacity = shown ? 0.62 : 1;
    if (failed) this.model.announce(this.base.note);
  }

  /** Brings the layers in line with the state; cheap when nothing they show has changed. */
  update() {
    const { coverage, inner, hover, place } = this.model.state;
    if (!coverage) return;
    this.follow(coverage, place);
    // Before the first view is known, tiles would be asked for in vain.
    if (!this.shown.placed) return;
    const { route, level, selected, measure } = this.model;
    const on = route.on;
    this.base.show(this.model.base);
    this.areaLayer = this.layer('areas', rowLevel(level), on, (p) => this.areaStyle(p));
    this.frameLayer = this.layer('frame', coverage.area.level, on, (p) => this.frameStyle(p));
    this.innerLayer = this.layer('inner', inner?.level ?? '', on, (p) => this.innerStyle(p));
    this.householdLayer(level);
    const key = [coverage, inner, measure, route.classes, selected, level].map(identity).join();
    if (key !== this.shown.key) {
      this.shown.key = key;
      this.rows = new Map(coverage.rows.map((row) => [row.id, row]));
      this.innerRows = new Map((inner?.rows ?? []).map((row) => [row.id, row]));
      this.classes = classify(coverage.rows.filter((row) => row.id), measure, route.classes);
      for (const layer of [this.areaLayer, this.frameLayer, this.innerLayer]) layer?.repaint();
      this.labels.redraw();
    }
    if (hover !== this.shown.hover) {
      this.shown.hover = hover;
      this.areaLayer?.repaint();
    }
    if (this.households && this.households.options.chosen !== (place?.id ?? '')) {
      this.households.options.chosen = place?.id ?? '';
      this.households.repaint();
    }
  }

  /** The area layer of a pane, replaced when its level or date changes. */
  layer(pane, level, on, styleOf) {
    const key = `${level}|${on}`;
    const held = this.shown[pane];
    if (held?.key === key) return held.layer;
    held?.layer?.remove();
    const layer = level
      ? new AreaTiles({ pane, level, on, styleOf, margin: 1 }).addTo(this.map)
      : null;
    layer?.on('decoded', () => this.labels.redraw());
    this.shown[pane] = { key, layer };
    return layer;
  }

  householdLayer(level) {
    const near = level === 'grid' && this.map.getZoom() >= HOUSEHOLD_ZOOM + 2;
    const wanted = this.model.canSeeHouseholds && !this.model.isPast
      && (level === 'household' || near);
    // New coverage numbers mean new symbols: household tiles are never cached.
    const key = wanted ? identity(this.model.state.coverage) : '';
    if (key === this.shown.homes) return;
    this.shown.homes = key;
    this.households?.remove();
    this.households = wanted ? new HouseholdTiles({ pane: 'homes', margin: 16 }).addTo(this.map) : null;
  }

  fillOf(row) {
    if (this.model.measure.withheld(row)) return 'hatch';
    return this.classes?.classOf(row)?.colour ?? BLANK;
  }

  areaStyle({ id }) {
    const row = this.rows.get(id);
    if (!row) return { fill: OUTSIDE, stroke: '#ffffff', width: 1, rank: 0 };
    const key = keyOf(row);
    const calm = this.model.level === 'household';
    const fill = calm ? '#faf8f4' : this.fillOf(row);
    if (row === this.model.selected) {
      // Its own grids show through from the pane below.
      const open = this.innerRows.size && !calm;
      return { fill: open ? null : fill, stroke: ACCENT, width: 3.5, rank: 3 };
    }
    if (key === this.model.state.hover) return { fill, stroke: ACCENT, width: 2, rank: 2 };
    return { fill, stroke: calm ? '#cfcabf' : '#ffffff', width: calm ? 1 : 1.3, rank: 1 };
  }

  innerStyle({ id }) {
    const row = this.innerRows.get(id);
    if (!row) return null;
    return { fill: this.fillOf(row), stroke: '#ffffff', width: 1, rank: 1 };
  }

  /** The outline of the whole area, dashed. */
  frameStyle({ id }) {
    if (id !== this.model.state.coverage?.area.id) return null;
    return { fill: null, stroke: '#59626c', width: 1.5, dash: [7, 5] };
  }

  labelList() {
    const { selected } = this.model;
    const list = [];
    // Counted cells already fill the map below that zoom; names would cover them.
    if (this.model.level === 'household' && this.map.getZoom() < HOUSEHOLD_ZOOM) return list;
    for (const point of this.areaLayer?.labelPoints() ?? []) {
      const row = this.rows.get(point.id);
      if (!row) continue;
      const value = this.model.measure.value(row) ?? 0;
      const rank = this.model.measure.worst === 'low' ? 1 - value : value;
      const chosen = selected?.id === point.id;
      if (chosen && this.innerRows.size && this.map.getZoom() >= HOUSEHOLD_ZOOM) continue;
      list.push({ ...point, priority: rank, fixed: chosen });
    }
    if (this.innerRows.size && this.map.getZoom() >= HOUSEHOLD_ZOOM) {
      for (const point of this.innerLayer?.labelPoints() ?? []) {
        const row = this.innerRows.get(point.id);
        if (row) list.push({ ...point, priority: row.gap + 1e6, small: true });
      }
    }
    return list;
  }

  /** Moves the view where the state says: a new area, the address, a selection, a found place. */
  follow(coverage, place) {
    const { route, selected } = this.model;
    if (coverage.area.id !== this.shown.area) {
      this.shown.area = coverage.area.id;
      this.shown.sel = route.sel;
      this.shown.at = route.at;
      this.fitArea({ keep: route.at, animate: Boolean(this.shown.placed) });
    } else if (route.at !== this.shown.at) {
      this.shown.at = route.at;
      if (route.at) this.jump(route.at);
      else this.fitArea();
    } else if (route.sel !== this.shown.sel) {
      this.shown.sel = route.sel;
      if (selected?.id) this.reveal(selected.id);
    }
    if (place !== this.shown.place) {
      this.shown.place = place;
      if (place && !place.here && typeof place.lat === 'number') this.show(place);
    }
  }

  /** A found household, in the middle of what no panel covers. */
  show({ lat, lon }) {
    this.jump({ lat, lng: lon, zoom: Math.max(16, this.map.getZoom()) });
    const { left, top, right, bottom } = this.inset();
    this.map.panBy([(right - left) / 2, (bottom - top) / 2], { animate: false });
  }

  /** Bounds within the part of the map that no panel covers. */
  bring(bounds) {
    this.map.fitBounds(bounds, { ...this.padding(), maxZoom: 17, animate: false });
  }

  jump({ lat, lng, zoom }, quiet = true) {
    this.quiet = quiet;
    this.map.setView([lat, lng], zoom, { animate: false });
  }

  /** Leaflet bounds of an area, or null without a boundary; asked once. */
  boundsOf(id) {
    if (!this.asked.has(id)) {
      this.asked.set(id, this.askBounds(id));
      this.asked.get(id).catch(() => this.asked.delete(id));
    }
    return this.asked.get(id);
  }

  async askBounds(id) {
    const { bounds } = await this.model.api.bounds(id);
    if (!bounds) return null;
    const [west, south, east, north] = bounds;
    return L.latLngBounds([south, west], [north, east]);
  }

  /** Room the panels leave: Leaflet's padding options. */
  padding() {
    const { left, top, right, bottom } = this.inset();
    return { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] };
  }

  /** Fits the whole area; with `keep` only learns its zoom and shows the kept view. */
  async fitArea({ keep = null, animate = true } = {}) {
    if (keep) {
      this.jump(keep);
      this.placed();
    }
    try {
      const bounds = await this.boundsOf(this.model.state.coverage.area.id);
      this.model.unmapped(!bounds);
      if (!bounds) {
        this.placed();
        return;
      }
      const { paddingTopLeft, paddingBottomRight } = this.padding();
      const covered = L.point(paddingTopLeft).add(paddingBottomRight);
      this.model.fitted(this.map.getBoundsZoom(bounds, false, covered));
      if (keep) return;
      this.quiet = true;
      this.map.fitBounds(bounds, { ...this.padding(), animate });
      this.placed();
      if (this.model.route.at) this.model.unplaced();
    } catch (error) {
      this.placed();
      this.model.announce(error.message);
    }
  }

  /** The view is known: layers may ask for their tiles. */
  placed() {
    if (this.shown.placed) return;
    this.shown.placed = true;
    this.update();
  }

  /** Brings a selected area into view if it lies outside; never moves otherwise. */
  async reveal(id) {
    try {
      const bounds = await this.boundsOf(id);
      if (!bounds || this.model.selected?.id !== id) return;
      const { left, top, right, bottom } = this.inset();
      const size = this.map.getSize();
      const free = L.bounds([left, top], [size.x - right, size.y - bottom]);
      const corners = [bounds.getNorthWest(), bounds.getSouthEast()]
        .map((corner) => this.map.latLngToContainerPoint(corner));
      if (free.contains(L.bounds(corners))) return;
      const zoom = this.map.getZoom();
      this.map.fitBounds(bounds, { ...this.padding(), maxZoom: zoom });
    } catch (error) {
      this.model.announce(error.message);
    }
  }

  rested() {
    if (this.quiet) {
      this.quiet = false;
      return;
    }
    if (!this.shown.placed) return;
    const { lat, lng } = this.map.getCenter();
    const at = { lat, lng, zoom: this.map.getZoom() };
    this.shown.at = at;
    this.model.moved(at);
  }

  hovered({ latlng, originalEvent }) {
    if (originalEvent.pointerType === 'touch') return;
    const row = this.rows.get(this.areaLayer?.areaAt(latlng)?.id);
    this.model.hover(row ? keyOf(row) : '');
    this.tell(row, latlng);
    this.map.getContainer().classList.toggle('over-area', Boolean(row));
  }

  /** Name and number of the area under the pointer: not every area has room for its name. */
  tell(row, latlng) {
    this.tip ??= L.tooltip({ direction: 'top', offset: [0, -8], opacity: 1, className: 'tip' });
    if (!row || this.households) {
      this.tip.remove();
      return;
    }
    if (this.told !== row || !this.tip.isOpen()) {
      const text = document.createElement('span');
      const { measure } = this.model;
      const name = `${this.model.villageOf(row)} ${row.name}`.trim();
      text.textContent = `${name} · ${measure.label} ${measure.text(row)}`;
      this.tip.setContent(text);
    }
    this.told = row;
    this.tip.setLatLng(latlng).openOn(this.map);
  }

  clicked({ latlng }) {
    if (this.model.touched({ lon: latlng.lng, lat: latlng.lat }, this.map.getZoom())) return;
    const household = this.households?.householdAt(latlng);
    if (household) {
      this.model.showPlace({ ...household, lat: latlng.lat, lon: latlng.lng, here: true });
      return;
    }
    if (this.model.state.place) this.model.showPlace(null);
    const row = this.rows.get(this.areaLayer?.areaAt(latlng)?.id);
    if (!row) return;
    if (row === this.model.selected) {
      const inner = this.innerRows.get(this.innerLayer?.areaAt(latlng)?.id);
      if (inner) this.model.enter(row, { sel: keyOf(inner) });
      return;
    }
    this.model.select(keyOf(row));
  }
}

const numbers = new WeakMap();
let last = 0;

/** A short name for an object that changes when the object is another one. */
function identity(value) {
  if (value === null || typeof value !== 'object') return String(value);
  if (!numbers.has(value)) numbers.set(value, (last += 1));
  return `#${numbers.get(value)}`;
}
