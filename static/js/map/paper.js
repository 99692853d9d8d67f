/**
 * The map of the print view: the areas, names and symbols of the map page at the same place, as
 * sharp as paper wants them, with patterns instead of colours for black and white.
 */
import * as L from 'leaflet';
import { classify } from '../data/classes.js';
import { HOUSEHOLD, HOUSEHOLD_ZOOM, rowLevel } from '../data/levels.js';
import { isOn } from '../data/layers.js';
import { closer, metresPerPixel, placeNames } from '../data/paper.js';
import { ActivityPins } from './activities.js';
import { AreaTiles } from './areas.js';
import { BaseMap } from './base.js';
import { Buttons } from './controls.js';
import { HouseholdTiles } from './households.js';
import { Inks } from './inks.js';
import { IssuePins, IssueTiles } from './issues.js';

const LINE = 13; // pixels
const SIDE = 16; // of the symbol of an area without an outline
const SHARP = 2; // canvas pixels to a CSS pixel: 192 to the inch
const SVG = 'http://www.w3.org/2000/svg';

const NAMED = ['areas', 'inner']; // panes whose areas bear names
const pick = ({ x, y }) => ({ x, y });

/** Whether a household, or one of a building, has nobody. */
const isOpen = ({ n, linked, unlinked }) => (n ? unlinked > 0 : !linked);

/** Names and numbers as vectors: sharp at every size, and text in a PDF. */
const Names = L.Layer.extend({
  /**
   * labels() -> [{id, lon, lat, lines, priority, fixed, layer, below}], `below` one with a symbol
   * of its own; symbols() -> {clear, avoid}, boxes they make way for. Fires `placed` {left}: how
   * many areas with a place on the sheet have no name there.
   */
  initialize(labels, symbols) {
    this.labels = labels;
    this.symbols = symbols;
  },

  onAdd(map) {
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('class', 'paper-names leaflet-zoom-hide');
    map.getPane('names').append(this.svg);
    this.pen = document.createElement('canvas').getContext('2d');
    this.redraw();
  },

  onRemove() {
    this.svg.remove();
  },

  getEvents() {
    return { moveend: this.redraw, resize: this.redraw };
  },

  redraw() {
    if (!this._map) return;
    const size = this._map.getSize();
    L.DomUtil.setPosition(this.svg, this._map.containerPointToLayerPoint([0, 0]));
    this.svg.setAttribute('width', size.x);
    this.svg.setAttribute('height', size.y);
    this.pen.font = '700 12px sans-serif';
    const labels = this.labels().map((label) => {
      const { x, y } = this._map.latLngToContainerPoint([label.lat, label.lon]);
      const width = Math.max(...label.lines.map((line) => this.pen.measureText(line).width));
      const height = label.lines.length * LINE;
      return { ...label, x, y: label.below ? y + (height + SIDE) / 2 + 4 : y, width, height };
    }).filter(({ x, y }) => x > 0 && y > 0 && x < size.x && y < size.y);
    const placed = placeNames(labels, (label, x, y) => this.within(label, x, y), this.symbols());
    this.svg.replaceChildren(...placed.flatMap((label) => this.texts(label)));
    this.fire('placed', { left: labels.length - placed.length });
  },

  /** Whether a label with its middle there stands on the sheet and in its own area. */
  within({ id, layer, width, height, below }, x, y) {
    const size = this._map.getSize();
    if (x < width / 2 || x > size.x - width / 2 || y < height / 2 || y > size.y - height / 2) return false;
    return below || layer.areaAt(this._map.containerPointToLatLng([x, y]))?.id === id;
  },

  texts({ x, y, lines, fixed }) {
    return lines.map((line, i) => {
      const text = document.createElementNS(SVG, 'text');
      text.setAttribute('x', x.toFixed(1));
      text.setAttribute('y', (y + 4 + (i - (lines.length - 1) / 2) * LINE).toFixed(1));
      text.setAttribute('font-size', fixed ? 13 : i ? 11 : 12);
      text.setAttribute('font-weight', fixed || i ? 700 : 500);
      text.textContent = line;
      return text;
    });
  },
});

export class PaperMap {
  /**
   * moved(at): the view came to rest, at {lat, lng, zoom} of the map page where by hand; named():
   * `nameless`, how many areas found no room for their name, is known; ready(): all is drawn.
   */
  constructor(container, model, { moved, named, ready }) {
    this.model = model;
    this.nameless = 0;
    this.named = named;
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, zoomSnap: 0, zoomDelta: 0.5, minZoom: 3,
      maxZoom: 20, zoomAnimation: false, fadeAnimation: false, scrollWheelZoom: false,
      center: [35, 105], zoom: 4,
    });
    for (const [name, zIndex] of [['inner', 210], ['areas', 220], ['homes', 230], ['frame', 240], ['matters', 440], ['names', 450]]) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = 'none';
    }
    this.base = new BaseMap(this.map, model.config.basemap, ({ shown }) => this.laid(shown));
    new Buttons({ onHome: () => this.fit() }).addTo(this.map);
    this.ready = ready;
    this.map.on('moveend', () => moved(this.placed ? this.place : null));
  }

  laid(shown) {
    for (const pane of ['areas', 'inner']) this.map.getPane(pane).style.opacity = shown ? 0.7 : 1;
  }

  /** Shows what the model has loaded, at the place of the address or the whole area. */
  async show() {
    const { coverage, inner } = this.model.state;
    const { route, measure, level } = this.model;
    this.rows = new Map(coverage.rows.map((row) => [row.id, row]));
    this.innerRows = new Map((inner?.rows ?? []).map((row) => [row.id, row]));
    this.inks = new Inks(this.model.config.ink === 'mono', measure);
    this.classes = classify(measure.areas(coverage.rows), measure, route.classes);
    if (route.at) this.map.setView([route.at.lat, route.at.lng], route.at.zoom + this.closer);
    else await this.fit();
    this.placed = true;
    this.base.show(this.model.base);
    this.layers = [
      this.areas('inner', inner?.level, ({ id }) => this.innerStyle(id)),
      this.areas('areas', rowLevel(level), ({ id }) => this.style(id)),
      this.areas('frame', coverage.area.level, ({ id }) => this.frame(id)),
      this.homes = this.households(level),
      this.matters = this.issues(),
      this.venues = this.activities(),
    ].filter(Boolean);
    this.names = new Names(() => this.labels(), () => this.symbols());
    this.names.on('placed', ({ left }) => {
      this.nameless = left;
      this.named();
    }).addTo(this.map);
    for (const layer of this.layers) layer.on('load', () => this.loaded());
    this.loaded();
  }

  loaded() {
    this.names.redraw();
    if (!this.layers.some((layer) => layer.isLoading())) this.ready();
  }

  /** How much closer this map is than one on a screen that shows the same ground. */
  get closer() {
    const { x: width, y: height } = this.map.getSize();
    return closer({ width, height });
  }

  /** The place as the map page says it. */
  get place() {
    const { lat, lng } = this.map.getCenter();
    return { lat, lng, zoom: this.map.getZoom() - this.closer };
  }

  get metresPerPixel() {
    return metresPerPixel(this.map.getCenter().lat, this.map.getZoom());
  }

  async fit() {
    const { area } = this.model.state.coverage;
    const { bounds } = await this.model.api.bounds(area.id);
    this.model.unmapped(!bounds);
    if (!bounds) return;
    const [west, south, east, north] = bounds;
    this.map.fitBounds([[south, west], [north, east]], { padding: [14, 14] });
  }

  areas(pane, level, styleOf) {
    if (!level) return null;
    const { on } = this.model.route;
    return new AreaTiles({ pane, level, on, styleOf, margin: 1, ratio: SHARP }).addTo(this.map);
  }

  /** Whether households are drawn singly, not counted. */
  get close() { return Math.round(this.map.getZoom()) >= HOUSEHOLD_ZOOM; }

  /** Where they are the level or close enough, unless the address says otherwise. */
  households(level) {
    const { route, canSeeHouseholds } = this.model;
    const near = level === 'grid' && this.map.getZoom() >= HOUSEHOLD_ZOOM + 2;
    if (!canSeeHouseholds || !isOn('households', route, level === HOUSEHOLD || near)) return null;
    return new HouseholdTiles({ pane: 'homes', on: route.on, ratio: SHARP }).addTo(this.map);
  }

  /** Open matters at public places, while their layer is on in the address. */
  issues() {
    if (!this.model.shows('issues')) return null;
    const tiles = new IssueTiles({ pane: 'matters', on: this.model.route.on }).addTo(this.map);
    this.pins = new IssuePins({ pane: 'matters', ratio: SHARP, pins: () => tiles.pins() }).addTo(this.map);
    tiles.on('decoded', () => this.pins.redraw());
    this.pins.on('painted', () => this.names?.redraw());
    return tiles;
  }

  /** Places of activities, while their layer is on in the address. */
  activities() {
    if (!this.model.shows('activities')) return null;
    const { on } = this.model.route;
    return new ActivityPins({
      pane: 'matters', ratio: SHARP, load: () => this.model.api.activities({ on }),
    }).addTo(this.map);
  }

  /** How an area with a row looks: by its class, hatched where its number is withheld. */
  look(row, rank) {
    if (this.model.level === HOUSEHOLD) return { fill: '#ffffff', stroke: '#77726a', width: 0.8, rank };
    if (this.model.measure.withheld(row)) return { fill: this.inks.withheld, stroke: '#55504a', width: 0.8, rank };
    if (this.model.measure.empty(row)) return { fill: this.inks.empty, stroke: '#55504a', width: 0.8, rank };
    const colour = this.classes.classOf(row)?.colour;
    if (!colour) return { fill: '#ffffff', stroke: '#55504a', width: 0.8, rank };
    const over = this.model.measure.mark(row) ? this.inks.behind : null;
    return { fill: this.inks.fill(colour), stroke: this.inks.stroke(colour), width: 0.8, rank, over };
  }

  style(id) {
    const row = this.rows.get(id);
    if (!row) return { fill: '#ffffff', stroke: '#b5b0a6', width: 0.8, rank: 0 };
    const look = this.look(row, 1);
    if (row !== this.model.selected) return look;
    const open = this.innerRows.size > 0 && this.model.level !== HOUSEHOLD;
    return { fill: open ? null : look.fill, over: open ? null : look.over, stroke: this.inks.mono ? '#000000' : '#0b5f73', width: 3, rank: 3 };
  }

  innerStyle(id) {
    const row = this.innerRows.get(id);
    return row ? this.look(row, 1) : null;
  }

  frame(id) {
    if (id !== this.model.state.coverage.area.id) return null;
    return { fill: null, stroke: '#1d2329', width: 1.6, dash: [7, 5], rank: 0 };
  }

  /** What names never cover: matters, units without an outline, households that have nobody; and what rather not. */
  symbols() {
    const box = ({ lat, lon }, width, height = width) =>
      ({ ...pick(this.map.latLngToContainerPoint([lat, lon])), width, height });
    const units = this.layers.filter(({ options }) => NAMED.includes(options.pane))
      .flatMap((layer) => layer.labelPoints()).filter(({ below }) => below);
    const homes = this.homes?.inView(this.map.getBounds()) ?? [];
    const boxOf = (home) => box(home, home.n ? 24 : 14, home.n ? 20 : 14);
    return {
      clear: [
        ...(this.pins?.boxes ?? []), ...(this.venues?.boxes ?? []), ...units.map((unit) => box(unit, SIDE)),
        ...homes.filter(isOpen).map(boxOf),
      ],
      avoid: homes.filter((home) => !isOpen(home)).map(boxOf),
    };
  }

  /** Names with the number beneath, which tells the class without any colour. */
  labels() {
    const { measure, selected, level } = this.model;
    // Counted households fill the sheet: names would cover them.
    if (this.homes && !this.close) return [];
    const list = [];
    const add = (layer, rows, rank) => {
      for (const point of layer?.labelPoints() ?? []) {
        const row = rows.get(point.id);
        if (!row || (row === selected && this.innerRows.size)) continue;
        const lines = level === HOUSEHOLD ? [row.name] : [row.name, measure.number(row)];
        const value = measure.value(row) ?? 0;
        const priority = rank + (measure.worst === 'low' ? 1 - value : value);
        list.push({ ...point, layer, lines, priority, fixed: row === selected });
      }
    };
    add(this.layers.find(({ options }) => options.pane === 'areas'), this.rows, 0);
    add(this.layers.find(({ options }) => options.pane === 'inner'), this.innerRows, 1e6);
    return list;
  }
}
