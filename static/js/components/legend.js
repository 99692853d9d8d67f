/** What the map's colours and symbols mean: only what is drawn now. */
import { _, grouped, integer } from '../data/i18n.js';
import { classify } from '../data/classes.js';
import { densityClasses } from '../data/density.js';
import { HOUSEHOLD, HOUSEHOLD_ZOOM, levelLabel, levelUnit, rowLevel } from '../data/levels.js';
import { WITHHELD_TEXT, variantsOf } from '../data/measures.js';
import { View, h, icon } from './base.js';
import { symbol } from './symbols.js';

const BARE = 0.01; // part of the land that no area covers before it is worth a line

export class Legend extends View {
  watch({ coverage, route, inner }) {
    const { model } = this;
    const layers = model.layers.map((name) => model.switchedOn(name)).join();
    return [
      coverage, route.measure, route.classes, route.on, route.sel, inner, model.level, layers, model.zoom >= HOUSEHOLD_ZOOM,
      this.folded, this.told,
    ];
  }

  connect(model) {
    this.narrow = globalThis.matchMedia('(max-width: 899px)').matches;
    this.opened = null; // until somebody opens or folds it
    this.told = false;
    super.connect(model);
  }

  /** Folded on a phone, and beside a panel, where it would cover what the panel speaks of. */
  get folded() {
    const { route, near } = this.model.state;
    const beside = Boolean(route.sel || route.open || route.home || near);
    return this.opened === null ? this.narrow || beside : !this.opened;
  }

  set(patch) {
    Object.assign(this, patch);
    this.update(this.model.state);
  }

  draw({ coverage, route }) {
    if (!coverage) return [];
    const calm = this.model.level === HOUSEHOLD || this.model.shows('density');
    const toggle = h('button.legend-title', {
      type: 'button', 'aria-expanded': String(!this.folded), 'data-focus': 'fold',
      onclick: () => this.set({ opened: this.folded }),
    }, calm ? _('Legend') : this.heading());
    if (this.folded) return toggle;
    return [
      h('div.legend-head', {}, toggle, calm ? null : this.about()),
      calm ? null : [this.definition(), this.classRows(coverage, route)],
      this.model.shows('density') ? this.density() : null,
      this.symbols(coverage),
    ];
  }

  heading() {
    const { level, measure } = this.model;
    if (measure.kind !== 'count') return measure.label;
    const unit = levelUnit(rowLevel(level));
    return _('%(measure)s (%(unit)s per %(area)s)', { measure: measure.label, unit: measure.unit, area: unit });
  }

  about() {
    return h('button.icon-button', {
      type: 'button', 'aria-expanded': String(this.told), 'aria-label': _('What the number means'),
      'data-focus': 'about', onclick: () => this.set({ told: !this.told }),
    }, icon('about'));
  }

  definition() {
    return this.told ? h('p.definition', {}, this.model.measure.definition) : null;
  }

  classRows(coverage, route) {
    const { measure } = this.model;
    const empty = coverage.rows.filter((row) => row.id && measure.empty(row)).length;
    const made = classify(measure.areas(coverage.rows), measure, route.classes);
    const { classes, withheld, blank } = made;
    return [
      this.variants(),
      h('ul', {},
        classes.map(({ colour, label, count }) =>
          line(h('span.swatch.class', { style: { backgroundColor: colour } }), label, count)),
        withheld ? line(h('span.swatch.class.hatch'), WITHHELD_TEXT, withheld) : null,
        blank ? line(h('span.swatch.class'), measure.blank, blank) : null,
        this.marked(coverage),
        empty ? line(h('span.swatch.class.nobody'), _('no households in scope'), empty) : null,
        this.bare(coverage),
        this.inside(made)),
      this.method(classes, route),
    ];
  }

  /** Areas whose number stands out: over the colour of their class. */
  marked({ rows }) {
    const { measure } = this.model;
    const n = rows.filter((row) => measure.mark(row)).length;
    return n ? line(h('span.swatch.class.behind'), measure.marked, n) : null;
  }

  /** The chosen area, counted above by its edge: inside it its own areas are drawn. */
  inside({ classOf }) {
    const { selected, measure, state: { inner } } = this.model;
    if (!selected || !inner?.rows.length) return null;
    const kind = measure.empty(selected) ? '.nobody' : measure.withheld(selected) ? '.hatch' : '';
    const backgroundColor = kind ? '' : classOf(selected)?.colour ?? '';
    return h('li.opened', {}, h(`span.swatch.class.chosen${kind}`, { style: { backgroundColor } }),
      h('span', {}, h('b', {}, selected.name), ' ',
        _('edge: its own class; inside: %(areas)s in the same colours', { areas: levelLabel(inner.level) })));
  }

  /** Land of the whole area that no area of the level covers. */
  bare({ total, rows }) {
    const km2 = (total.km2 ?? 0) - rows.reduce((sum, row) => sum + (row.km2 ?? 0), 0);
    if (this.model.level === 'unit' || !total.km2 || km2 < BARE * total.km2) return null;
    return h('li', {}, h('span.swatch.class.uncovered'), h('span', {}, _('land in no area')),
      h('span.hint', {}, _('%(n)s km²', { n: grouped(km2, km2 < 10 ? 1 : 0) })));
  }

  /** The same measure for each square kilometre or each hundred households. */
  variants() {
    const variants = variantsOf(this.model.measure);
    if (variants.length < 2) return null;
    return h('div.variants', { role: 'group', 'aria-label': _('Counted') },
      variants.map(({ key, variant }) => h('button', {
        type: 'button', 'aria-pressed': String(key === this.model.measure.key), 'data-focus': key,
        onclick: () => this.model.setMeasure(key),
      }, variant)));
  }

  method(classes, route) {
    const byHand = /^\d/.test(route.classes);
    const lowers = byHand ? route.classes
      : classes.map(({ from }) => from).filter((from) => from > 0).join() || '1';
    return [
      h('label.legend-method', {}, h('span', {}, _('Classes')), h('select', {
        'data-focus': 'method', onchange: ({ target }) => this.model.setClasses(target.value),
      },
      h('option', { value: '', selected: !route.classes }, _('equal numbers of areas')),
      h('option', { value: 'equal', selected: route.classes === 'equal' }, _('equal steps')),
      h('option', { value: lowers, selected: byHand }, _('limits by hand')))),
      byHand ? h('label.legend-method', {}, h('span', {}, _('Lower limits')), h('input', {
        type: 'text', inputmode: 'decimal', value: route.classes, 'data-focus': 'limits',
        onchange: ({ target }) => this.byHand(target),
      })) : null,
    ];
  }

  /** Takes "1, 6 16" as limits; anything else goes back to what was there. */
  byHand(input) {
    const typed = input.value.match(/\d{1,6}(\.\d{1,3})?/g) ?? [];
    const limits = typed.map(Number).sort((a, b) => a - b);
    if (limits.length) this.model.setClasses([...new Set(limits)].slice(0, 5).join());
    else input.value = this.model.route.classes;
  }

  density() {
    return [
      h('p.legend-part', {}, _('Households with most need, each km²')),
      h('ul', {}, densityClasses().map(({ label, colour }) =>
        line(h('span.swatch.class', { style: { backgroundColor: colour } }), label))),
      h('p.hint', {}, _('Few households together make a larger square. Fewer than five in one grid are not drawn: blank does not mean none.')),
    ];
  }

  symbols({ level }) {
    const { model } = this;
    const homes = model.shows('households');
    const close = model.zoom >= HOUSEHOLD_ZOOM;
    const lines = [
      homes && close ? [
        line(symbol('linked'), _('has a contact')),
        line(symbol('unlinked'), _('has nobody')),
        line(symbol('outside'), _('outside its grid')),
        line(symbol('season'), _('at a seasonal place')),
        line(symbol('stack'), _('several in one building')),
        line(symbol('stackOpen'), _('several, somebody has nobody')),
      ] : null,
      homes ? line(symbol('cell'), _('several; arc around them: part without a contact')) : null,
      level === 'unit' ? line(symbol('unit'), _('unit without an outline, filled as above')) : null,
      model.shows('issues') ? line([symbol('open'), symbol('overdue')], _('open, overdue matters (public places)')) : null,
      model.shows('activities') ? line(symbol('activity'), _('places of activities, last 12 months; the number: how many')) : null,
      model.isPast && model.switchedOn('density')
        ? h('li.hint', {}, _('The density is known for today only')) : null,
    ].flat().filter(Boolean);
    return lines.length ? h('ul.legend-symbols', {}, lines) : null;
  }
}

/** A line of the legend: what it looks like, what it means, how many areas. */
function line(swatch, label, count = null) {
  return h('li', {}, swatch, h('span', {}, label),
    count === null ? null : h('span.hint', {}, _('%(n)s areas', { n: integer(count) })));
}
