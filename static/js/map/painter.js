/**
 * How areas look: colours from the coverage rows by area id, so that map and list agree, and the
 * names that stand on them. Styles are made once and shared: painting asks for thousands.
 */
import { keyOf } from '../data/coverage.js';
import { classify } from '../data/classes.js';
import { HOUSEHOLD, HOUSEHOLD_ZOOM } from '../data/levels.js';

const ACCENT = '#0b5f73';
const CALM = '#faf8f4';
const BLANK = '#ffffff';
const LEFT_OUT = { fill: '#ebe9e3', stroke: '#ffffff', width: 1, rank: 0 };
const GROUND = { fill: 'bare', stroke: null, width: 0, rank: 0 };
const PLAIN = { ...GROUND, fill: CALM };
const FRAME = { fill: null, stroke: '#59626c', width: 1.5, dash: [7, 5], rank: 0 };

export class Painter {
  constructor(model) {
    this.model = model;
    this.rows = new Map();
    this.innerRows = new Map();
    this.ids = new Map();
    this.styles = new Map();
  }

  /** Takes over the numbers of the state. */
  read({ coverage, inner }) {
    this.rows = new Map(coverage.rows.map((row) => [row.id, row]));
    this.ids = new Map(coverage.rows.map((row) => [keyOf(row), row.id]));
    this.innerRows = new Map((inner?.rows ?? []).map((row) => [row.id, row]));
    const { measure, route } = this.model;
    this.classes = classify(measure.areas(coverage.rows), measure, route.classes);
  }

  /** Areas stay in the background where households are the level or the density is drawn. */
  get calm() { return this.model.level === HOUSEHOLD || this.model.shows('density'); }

  /** A style of these parts, always the same object; `over`: a pattern on the fill. */
  style(fill, stroke, width, rank, { band = null, over = null } = {}) {
    const key = `${fill}|${stroke}|${width}|${rank}|${band}|${over}`;
    if (!this.styles.has(key)) this.styles.set(key, { fill, stroke, width, rank, band, over });
    return this.styles.get(key);
  }

  fillOf(row) {
    if (this.calm) return this.model.shows('density') ? null : CALM;
    const { measure } = this.model;
    if (measure.empty(row)) return 'empty';
    if (measure.withheld(row)) return 'hatch';
    return this.classes?.classOf(row)?.colour ?? BLANK;
  }

  /** The pattern of an area whose number stands out, as its words in the list do. */
  overOf(row) { return !this.calm && this.model.measure.mark(row) ? 'behind' : null; }

  areaStyle({ id }) {
    const row = this.rows.get(id);
    if (!row) return LEFT_OUT;
    const { calm } = this;
    const fill = this.fillOf(row);
    const over = this.overOf(row);
    if (row === this.model.selected) {
      // Its own grids show through from the pane below; its own class stays along its edge.
      const open = this.innerRows.size && !calm;
      return this.style(open ? null : fill, ACCENT, 3.5, 3, open ? { band: fill } : { over });
    }
    if (keyOf(row) === this.model.state.hover) return this.style(fill, ACCENT, 2, 2, { over });
    return calm ? this.style(fill, '#b9b3a7', 1, 1) : this.style(fill, '#ffffff', 1.3, 1, { over });
  }

  innerStyle({ id }) {
    const row = this.innerRows.get(id);
    return row ? this.style(this.fillOf(row), '#ffffff', 1, 1, { over: this.overOf(row) }) : null;
  }

  /** The outline of the whole area, dashed. */
  frameStyle({ id }) { return id === this.model.state.coverage?.area.id ? FRAME : null; }

  /** Its land, seen wherever no area of the level lies over it. */
  groundStyle({ id }) {
    if (id !== this.model.state.coverage?.area.id) return null;
    // Units need no outline: a grid without theirs is not left out by anybody.
    return this.model.shows('density') || this.model.level === 'unit' ? PLAIN : GROUND;
  }

  /** Names of areas at their label points, the worst first. */
  labels(areas, inner, zoom) {
    const { selected, level, measure } = this.model;
    // Counted cells already fill the map below that zoom; names would cover them.
    if (level === HOUSEHOLD && zoom < HOUSEHOLD_ZOOM) return [];
    const near = this.innerRows.size && zoom >= HOUSEHOLD_ZOOM;
    const list = [];
    for (const point of areas) {
      const row = this.rows.get(point.id);
      const fixed = selected?.id === point.id;
      if (!row || (fixed && near)) continue;
      const value = measure.value(row) ?? 0;
      list.push({ ...point, priority: measure.worst === 'low' ? 1 - value : value, fixed });
    }
    if (near) {
      for (const point of inner) {
        const row = this.innerRows.get(point.id);
        if (row) list.push({ ...point, priority: row.gap + 1e6, small: true });
      }
    }
    return list;
  }
}
