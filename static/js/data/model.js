/**
 * What the map page knows and can do: the route (see urlstate.js), the coverage table behind it
 * and the grids inside a selected area. Components and map read `store.state` and call verbs here.
 */
import { _ } from './i18n.js';
import { rowFor, keyOf, isRemainder } from './coverage.js';
import { LAYERS, isOn, switched } from './layers.js';
import { measureByKey } from './measures.js';
import { HOUSEHOLD, HOUSEHOLD_ZOOM, levelForZoom, levelOfCode, levelsBelow, rowLevel } from './levels.js';
import { Details } from './details.js';
import { Store } from './store.js';
import { NOTHING_OPEN, formatRoute, parseRoute } from './urlstate.js';
import { Linking } from './linking.js';
import { Nearby } from './nearby.js';
import { Places } from './places.js';
import { Placing } from './placing.js';

const VILLAGE_CODE = 12; // digits of a village's code

export class MapModel {
  /**
   * config: the page's json_script; api: an Api; history: {push(search), replace(search)};
   * search: the address's query when the page opened.
   */
  constructor({ config, api, history, search = '' }) {
    this.config = config;
    this.api = api;
    this.history = history;
    this.aborts = {};
    this.store = new Store({
      route: parseRoute(search),
      coverage: null,
      coverageKey: '',
      previous: null,
      villages: { key: '', names: new Map() },
      unmapped: false,
      inner: null,
      loading: false,
      error: '',
      message: '',
      fitZoom: null,
      hover: '',
      gap: null,
      candidates: null,
      picked: new Set(),
      result: null,
      place: null,
      card: null,
      stack: null,
      issue: null,
      venue: null,
      phones: new Map(),
      move: null,
      moved: null,
      near: null,
      picking: false,
      browsing: false,
      items: null,
      marked: null,
      details: null,
    });
    this.linking = new Linking(this);
    this.places = new Places(this);
    this.placing = new Placing(this);
    this.nearby = new Nearby(this);
    this.details = new Details(this);
  }

  get state() { return this.store.state; }
  get route() { return this.state.route; }
  get canSeeHouseholds() { return Boolean(this.config.can.households); }
  get measure() { return measureByKey(this.route.measure); }
  get areaCode() { return this.route.area || this.config.root.code || ''; }
  /** The level of the area the page is about, guessed from its code until it has been read. */
  get areaLevel() {
    const { area } = this.state.coverage ?? {};
    const { root } = this.config;
    if (!this.route.area) return root.level;
    if (area && [area.code, area.id].includes(this.route.area)) return area.level;
    return levelOfCode(this.route.area) || root.level;
  }

  get rows() { return this.state.coverage?.rows ?? []; }
  get levels() { return levelsBelow(this.areaLevel, this.canSeeHouseholds); }
  get asOf() { return this.route.on || this.config.on || this.config.today; }
  get isPast() { return this.asOf < this.config.today; }
  get canLink() { return Boolean(this.config.can.link) && !this.isPast; }

  /** The level shown, chosen by hand or by the zoom of the map. */
  get level() {
    if (this.levels.includes(this.route.level)) return this.route.level;
    return levelForZoom(this.areaLevel, this.route.at?.zoom ?? null, this.state.fitZoom);
  }

  /** The key of the base map shown, '' for none: the address's choice, else the first one. */
  get base() {
    const { basemap } = this.config;
    if (this.route.base === 'none' || !basemap.length) return '';
    return (basemap.find(({ key }) => key === this.route.base) ?? basemap[0]).key;
  }

  /** Zoom of the map, as far as it is known. */
  get zoom() { return this.route.at?.zoom ?? this.state.fitZoom ?? 0; }

  /** Layers one may switch here: what may not be seen is not offered. */
  get layers() {
    const { can } = this.config;
    const offered = { households: can.households, issues: true, activities: true, density: can.needs };
    return LAYERS.filter((name) => offered[name]);
  }

  /** Households are drawn by themselves where they are the level, or close enough to be told apart. */
  byDefault(name) {
    if (name !== 'households') return name === 'issues';
    const near = ['grid', 'unit'].includes(this.level) && this.zoom >= HOUSEHOLD_ZOOM + 2;
    return this.level === HOUSEHOLD || near;
  }

  /** Whether a layer is switched on. */
  switchedOn(name) {
    return this.layers.includes(name) && isOn(name, this.route, this.byDefault(name));
  }

  /** Whether a layer is drawn: density is known for today alone. */
  shows(name) { return this.switchedOn(name) && !(name === 'density' && this.isPast); }

  /** The selected row, or null. */
  get selected() { return rowFor(this.rows, this.route.sel); }

  /** What the panel speaks of: the selected row, else the whole area. */
  get target() { return this.selected ?? this.state.coverage?.total ?? null; }

  start() {
    return this.refresh();
  }

  /** Changes the route, writes it to the address and loads what it needs. */
  go(patch, { replace = false } = {}) {
    const before = formatRoute(this.route);
    const route = { ...this.route, ...patch };
    this.store.set({ route });
    const address = formatRoute(route);
    if (replace || address === before) this.history.replace(address);
    else this.history.push(address);
    return this.refresh();
  }

  /** The address changed under us (back, forward). */
  arrive(search) {
    this.store.set({ route: parseRoute(search) });
    return this.refresh();
  }

  select(key) {
    const same = this.route.sel === key;
    const row = same ? null : rowFor(this.rows, key);
    if (row) this.announce(_('Selected: %(area)s', { area: `${row.name} · ${this.measure.label} ${this.measure.text(row)}` }));
    this.nearby.leave();
    return this.go({ sel: same ? '' : key, ...NOTHING_OPEN });
  }

  close() { return this.go({ sel: '', ...NOTHING_OPEN }); }
  setMeasure(key) { return this.go({ measure: key === 'gap' ? '' : key, classes: '' }); }
  setClasses(method) { return this.go({ classes: method }, { replace: true }); }
  setLevel(level) { return this.go({ level, sel: '', open: '', reason: '' }); }

  setDate(on) {
    return this.go({ on: on && on < this.config.today ? on : '' });
  }

  /** Makes an area the one the page is about; the map fits it. */
  enter(area, patch = {}) {
    const code = area.code ?? area.id;
    this.nearby.leave();
    const isRoot = code === this.config.root.code || area.id === this.config.root.id;
    return this.go({
      area: isRoot ? '' : code, level: '', sel: '', ...NOTHING_OPEN, at: null, ...patch,
    });
  }

  /** The map came to rest somewhere else: kept in the address without a step in the history. */
  moved(at) {
    const before = this.level;
    const route = { ...this.route, at };
    this.store.set({ route });
    this.history.replace(formatRoute(route));
    return this.level === before ? undefined : this.refresh();
  }

  /** The map shows the whole area again: the address need not name a view. */
  unplaced() {
    const route = { ...this.route, at: null };
    this.store.set({ route });
    this.history.replace(formatRoute(route));
    return this.refresh();
  }

  /** Whether the area has no boundary to show. */
  unmapped(yes) { if (this.state.unmapped !== yes) this.store.set({ unmapped: yes }); }

  /** The zoom at which the whole area fits: how much closer the view is chooses the level. */
  fitted(zoom) {
    const before = this.level;
    this.store.set({ fitZoom: zoom });
    return this.level === before ? undefined : this.refresh();
  }

  hover(key) { if (this.state.hover !== key) this.store.set({ hover: key }); }
  toggleLayer(name) {
    const patch = switched(name, !this.switchedOn(name), this.route, this.byDefault(name));
    return this.go(patch, { replace: true });
  }

  /** Lays the map on another base map, or on none for ''. */
  setBase(key) {
    const usual = this.config.basemap[0]?.key ?? '';
    return this.go({ base: key === usual ? '' : key || 'none' }, { replace: true });
  }

  announce(message) { this.store.set({ message }); }

  /** Lists what stands in the view, or no longer; the map fills `items`. */
  browse(browsing) {
    this.store.set({ browsing, marked: null });
    if (!browsing) this.hover('');
  }

  showPlace(place) { return this.places.show(place); }
  showStack(point) { return this.places.showStack(point); }
  showIssue(id) { return this.places.showIssue(id); }
  showVenue(venue) { return this.places.showVenue(venue); }

  /** A point of the map was touched; true where something was waiting for it. */
  touched(point, zoom) {
    if (this.state.move) this.placing.put(point, zoom);
    else if (this.state.picking) this.nearby.around(point);
    else return false;
    return true;
  }

  /** Loads whatever the route asks for and is not there yet. */
  async refresh({ force = false } = {}) {
    await this.loadCoverage(force);
    await Promise.all([
      this.loadInner(force), this.linking.refresh(force), this.places.refresh(force), this.nearby.refresh(force),
      this.details.refresh(force),
    ]);
  }

  async loadCoverage(force) {
    const query = { area: this.areaCode, level: rowLevel(this.level), on: this.route.on };
    const key = JSON.stringify(query);
    if (!force && key === this.state.coverageKey) return;
    this.store.set({ loading: true, error: '', coverageKey: key });
    try {
      const coverage = await this.api.coverage(query, this.signal('coverage'));
      this.store.set({ coverage, loading: false, message: this.headline(coverage) });
      // The area turned out to be of another level than its code let expect.
      if (rowLevel(this.level) !== coverage.level) await this.loadCoverage(false);
      else {
        this.loadVillages(coverage);
        await this.loadPrevious(coverage, force);
      }
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.store.set({ loading: false, error: error.message, coverageKey: '' });
    }
  }

  /** Names of villages by code, for rows finer than villages: "第1网格" is many places. */
  loadVillages(coverage) {
    const wanted = ['grid', 'unit'].includes(coverage.level)
      && ['county', 'township'].includes(coverage.area.level);
    const key = wanted ? `${coverage.area.id}|${coverage.on}` : '';
    if (key === this.state.villages.key) return;
    this.store.set({ villages: { key, names: new Map() } });
    if (!wanted) return;
    this.api.coverage({ area: this.areaCode, level: 'village', on: this.route.on })
      .then(({ rows }) => {
        if (this.state.villages.key !== key) return;
        this.store.set({ villages: { key, names: new Map(rows.map((row) => [row.code, row.name])) } });
      })
      .catch(() => {});
  }

  /** Name of the village a finer row lies in, '' where it is not known or not needed. */
  villageOf(row) {
    return this.state.villages.names.get(row.code?.slice(0, VILLAGE_CODE)) ?? '';
  }

  /** The gap a month earlier: slower to count, so it comes after the numbers of the day. */
  async loadPrevious(coverage, force) {
    const key = `${coverage.area.id}|${coverage.on}`;
    if (coverage.previous !== undefined) {
      this.store.set({ previous: coverage.previous && { ...coverage.previous, key } });
      return;
    }
    if (!force && this.state.previous?.key === key) return;
    if (this.state.previous?.key !== key) this.store.set({ previous: null });
    this.api.previous({ area: this.areaCode, on: this.route.on }, this.signal('previous'))
      .then((previous) => this.store.set({ previous: { ...previous, key } }))
      .catch(() => {});
  }

  /** The grids inside the selected village, so that the map can show them. */
  async loadInner(force) {
    const row = this.selected;
    const levels = row && !isRemainder(row) ? levelsBelow(row.level, false) : [];
    const level = row && row.level !== 'grid' && row.level !== 'unit' ? levels[0] : '';
    const key = level ? `${keyOf(row)}|${level}|${this.route.on}` : '';
    if (!force && key === (this.state.inner?.key ?? '')) return;
    if (!level) {
      this.store.set({ inner: null });
      return;
    }
    this.store.set({ inner: { key, level, rows: [] } });
    try {
      const query = { area: keyOf(row), level, on: this.route.on };
      const { rows } = await this.api.coverage(query, this.signal('inner'));
      if (this.state.inner?.key === key) this.store.set({ inner: { key, level, rows } });
    } catch (error) {
      if (error.name !== 'AbortError') this.store.set({ inner: null });
    }
  }

  headline(coverage) {
    return _('%(area)s: %(gap)s households without contact', {
      area: coverage.area.name, gap: coverage.total.gap,
    });
  }

  /** A signal for a named request; an earlier one of the same name is aborted. */
  signal(name) {
    this.aborts[name]?.abort();
    this.aborts[name] = new AbortController();
    return this.aborts[name].signal;
  }
}

