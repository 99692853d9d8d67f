/**
 * The map of the page: turns the model's state into layers and what people do on it into the
 * model's verbs.
 */
import * as L from 'leaflet';
import { keyOf } from '../data/coverage.js';
import { rowLevel } from '../data/levels.js';
import { ActivityPins } from './activities.js';
import { AreaTiles } from './areas.js';
import { BaseMap } from './base.js';
import { Buttons, Scale } from './controls.js';
import { DensityTiles } from './density.js';
import { HouseholdTiles } from './households.js';
import { FAN_ZOOM, IssuePins, IssueTiles } from './issues.js';
import { Items } from './items.js';
import { NearMarks } from './nearby.js';
import { Labels } from './overlay.js';
import { Painter } from './painter.js';
import { Pins } from './pin.js';

const PANES = {
  ground: 206, density: 208, inner: 210, areas: 220, homes: 230, frame: 240, matters: 440, names: 450,
};

export class MapView {
  /** container: the element; model: the page's MapModel; inset() -> pixels covered {left, top, right, bottom}. */
  constructor(container, model, inset) {
    this.model = model;
    this.inset = inset;
    this.painter = new Painter(model);
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
    this.labels = new Labels({
      pane: 'names', labels: () => this.labelList(), symbols: () => this.symbols(),
    }).addTo(this.map);
    this.matters = new IssuePins({ pane: 'matters', pins: () => this.issues?.pins() ?? [] });
    this.matters.on('painted', () => this.labels.redraw());
    this.pins = new Pins(this.map, model, (place) => this.show(place));
    this.near = new NearMarks(this.map, model, (bounds) => this.bring(bounds));
    this.items = new Items(this);
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
    for (const [name, zIndex] of Object.entries(PANES)) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = 'none';
    }
  }

  /** A base map shines through the areas; without one they are opaque. */
  laid({ shown, failed }) {
    for (const pane of ['areas', 'inner']) this.map.getPane(pane).style.opacity = shown ? 0.62 : 1;
    this.map.getPane('ground').style.opacity = shown ? 0.25 : 1;
    if (failed) this.model.announce(this.base.note);
  }

  /** Brings the layers in line with the state; cheap when nothing they show has changed. */
  update() {
    const { coverage, inner, hover, place, issue, venue } = this.model.state;
    if (!coverage) return;
    this.follow(coverage, place);
    // Before the first view is known, tiles would be asked for in vain.
    if (!this.shown.placed) return;
    const { route, level, selected, measure } = this.model;
    const { painter } = this;
    const on = route.on;
    this.base.show(this.model.base);
    this.areaLayer = this.areas('areas', rowLevel(level), on, (p) => painter.areaStyle(p));
    this.frameLayer = this.areas('frame', coverage.area.level, on, (p) => painter.frameStyle(p));
    this.groundLayer = this.areas('ground', coverage.area.level, on, (p) => painter.groundStyle(p));
    this.innerLayer = this.areas('inner', inner?.level ?? '', on, (p) => painter.innerStyle(p));
    this.overlays(on);
    const key = [coverage, inner, measure.key, route.classes, selected, level, painter.calm].map(identity).join();
    if (key !== this.shown.key) {
      this.shown.key = key;
      painter.read(this.model.state);
      for (const layer of [this.areaLayer, this.groundLayer, this.frameLayer, this.innerLayer]) layer?.repaint();
      this.labels.redraw();
    }
    this.markHover(hover);
    this.choose(this.households, place?.id ?? '', 'repaint');
    this.choose(this.matters, issue?.id ?? '', 'redraw');
    this.choose(this.activities, venue?.id ?? '', 'redraw');
  }

  /** The layer of areas of a pane, replaced when its level or date changes. */
  areas(pane, level, on, styleOf) {
    return this.layer(pane, level && `${level}|${on}`, () => {
      const layer = new AreaTiles({ pane, level, on, styleOf, margin: 1 });
      layer.on('decoded', () => this.labels.redraw());
      return layer;
    });
  }

  /** Households, density and matters, each while it is switched on. */
  overlays(on) {
    const { model } = this;
    // New coverage numbers mean new symbols: household tiles are never cached.
    const homes = model.shows('households') && `${identity(model.state.coverage)}|${on}`;
    this.households = this.layer('homes', homes, () => new HouseholdTiles({ pane: 'homes', on })
      .on('decoded', () => this.labels.redraw()));
    this.layer('density', model.shows('density') && 'today', () => new DensityTiles({ pane: 'density' }));
    this.venues(on);
    this.issues = this.layer('matters', model.shows('issues') && `at ${on}`, () => {
      const layer = new IssueTiles({ pane: 'matters', on });
      layer.on('decoded', () => this.matters.redraw());
      return layer;
    });
    if (Boolean(this.issues) !== this.map.hasLayer(this.matters)) {
      this.map[this.issues ? 'addLayer' : 'removeLayer'](this.matters);
    }
  }

  /** Places of activities; the day decides which. */
  venues(on) {
    const key = this.model.shows('activities') && `at ${on}`;
    this.activities = this.layer('activities', key, () => new ActivityPins({
      pane: 'matters', load: () => this.model.api.activities({ on }),
    }).on('painted', () => this.labels.redraw()));
  }

  /** The layer of a name, made anew when its key is another one; none without a key. */
  layer(name, key, make) {
    const held = this.shown[name];
    if (held?.key === (key || '')) return held.layer;
    held?.layer?.remove();
    const layer = key ? make().addTo(this.map) : null;
    this.shown[name] = { key: key || '', layer };
    return layer;
  }

  /** Only the tiles of the areas that gain or lose the pointer are painted anew. */
  markHover(hover) {
    if (hover === this.shown.hover) return;
    const { ids } = this.painter;
    this.areaLayer?.repaintAreas([ids.get(this.shown.hover), ids.get(hover)].filter(Boolean));
    this.shown.hover = hover;
  }

  /** Tells a layer what is chosen on it. */
  choose(layer, chosen, draw) {
    if (!layer || (layer.options.chosen ?? '') === chosen) return;
    layer.options.chosen = chosen;
    layer[draw]();
  }

  /** Boxes of pins and plates in pixels of the view; names give way to them. */
  symbols() {
    const plates = (this.households?.plates() ?? []).map(({ lat, lon }) => {
      const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
      return { x, y, width: 22, height: 18, soft: true };
    });
    return [...((this.issues && this.matters.boxes) ?? []), ...(this.activities?.boxes ?? []), ...plates];
  }

  labelList() {
    return this.painter.labels(
      this.areaLayer?.labelPoints() ?? [], this.innerLayer?.labelPoints() ?? [], this.map.getZoom());
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
      if (place && typeof place.lat === 'number' && !(place.here && this.sees(place))) this.show(place);
    }
  }

  /** Whether a place lies where no panel covers the map. */
  sees({ lat, lon }) {
    return this.free().contains(this.map.latLngToContainerPoint([lat, lon]));
  }

  /** The part of the map that no panel covers, in pixels. */
  free() {
    const { left, top, right, bottom } = this.inset();
    const size = this.map.getSize();
    return L.bounds([left, top], [size.x - right, size.y - bottom]);
  }

  /** A found household, in the middle of what no panel covers. */
  show({ lat, lon, here }) {
    this.brought = true;
    const zoom = this.map.getZoom();
    this.jump({ lat, lng: lon, zoom: here ? zoom : Math.max(16, zoom) });
    const { left, top, right, bottom } = this.inset();
    this.map.panBy([(right - left) / 2, (bottom - top) / 2], { animate: false });
  }

  /** Bounds within the part of the map that no panel covers. */
  bring(bounds) {
    this.brought = true;
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
      if (this.brought && !this.shown.placed) {
        this.placed();
        return;
      }
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
      const corners = [bounds.getNorthWest(), bounds.getSouthEast()]
        .map((corner) => this.map.latLngToContainerPoint(corner));
      if (this.free().contains(L.bounds(corners))) return;
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
    const row = this.painter.rows.get(this.areaLayer?.areaAt(latlng)?.id);
    this.model.hover(row ? keyOf(row) : '');
    this.tell(row, latlng);
    const symbol = this.matters.markAt(latlng) ?? this.activities?.markAt(latlng) ?? this.households?.symbolAt(latlng);
    this.map.getContainer().classList.toggle('over-area', Boolean(row ?? symbol));
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

  clicked({ latlng, originalEvent }) {
    if (this.model.touched({ lon: latlng.lng, lat: latlng.lat }, this.map.getZoom())) return;
    const pointer = originalEvent.pointerType === 'touch' ? 'touch' : 'mouse';
    const mark = this.issues && this.matters.markAt(latlng, pointer);
    if (mark) {
      this.openPins(mark);
      return;
    }
    const venue = this.activities?.markAt(latlng, pointer);
    if (venue) {
      this.openVenue(venue);
      return;
    }
    const symbol = this.households?.symbolAt(latlng, pointer);
    if (symbol) {
      this.openSymbol(symbol);
      return;
    }
    const { place, stack, issue, venue: open } = this.model.state;
    if (place || stack || issue || open) this.model.showPlace(null);
    const row = this.painter.rows.get(this.areaLayer?.areaAt(latlng)?.id);
    if (!row) return;
    if (row === this.model.selected) {
      const inner = this.painter.innerRows.get(this.innerLayer?.areaAt(latlng)?.id);
      if (inner) this.model.enter(row, { sel: keyOf(inner) });
      return;
    }
    this.model.select(keyOf(row));
  }

  /** A household opens its card, a stack the list of its households. */
  openSymbol(symbol) {
    if (symbol.id) this.model.showPlace({ ...symbol, here: true });
    else {
      this.model.showStack(symbol);
      this.keepInSight(symbol);
    }
  }

  /** What opens may cover its own place: a sheet on a phone does, once it has heard of it. */
  keepInSight(mark) {
    queueMicrotask(() => {
      if (!this.sees(mark)) this.show({ ...mark, here: true });
    });
  }

  openVenue(mark) { this.openPins(mark, (venue) => this.model.showVenue(venue)); }

  /** One matter opens; a group comes closer until it fans out. */
  openPins(mark, open = ({ id }) => this.model.showIssue(id)) {
    const { pins, places } = mark;
    if (pins.length === 1) {
      open(pins[0]);
      this.keepInSight(mark);
      return;
    }
    const closer = Math.min(FAN_ZOOM, this.map.getZoom() + 1);
    const zoom = this.map.getBoundsZoom(L.latLngBounds(places).pad(0.2));
    this.map.setView(L.latLngBounds(places).getCenter(), Math.max(closer, Math.min(FAN_ZOOM, zoom)));
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
