/** What floats over the map: level chooser, legend, the card of a touched household. */
import { _, integer } from '../data/i18n.js';
import { classify } from '../data/classes.js';
import { HOUSEHOLD, levelLabel, levelUnit, rowLevel } from '../data/levels.js';
import { WITHHELD_TEXT } from '../data/measures.js';
import { View, h } from './base.js';

export class LevelChooser extends View {
  watch({ coverage, fitZoom, route }) {
    return [coverage?.area, this.model.level, fitZoom, route.base];
  }

  draw() {
    return h('div.levels', { role: 'group', 'aria-label': _('Level') },
      this.model.levels.map((level) => h('button', {
        type: 'button', 'aria-pressed': String(level === this.model.level), 'data-focus': level,
        onclick: () => this.model.setLevel(level),
      }, levelLabel(level))),
      this.baseMap());
  }

  /** One base map is switched on and off, several are chosen from. */
  baseMap() {
    const { base, config: { basemap } } = this.model;
    if (basemap.length === 1) {
      return h('button.apart', {
        type: 'button', 'aria-pressed': String(base !== ''), 'data-focus': 'base',
        onclick: () => this.model.setBase(base ? '' : basemap[0].key),
      }, _('Base map'));
    }
    const option = (key, label) => h('option', { value: key, selected: key === base }, label);
    return basemap.length ? h('select.apart', {
      'aria-label': _('Base map'), 'data-focus': 'base',
      onchange: ({ target }) => this.model.setBase(target.value),
    }, basemap.map(({ key, label }) => option(key, label)), option('', _('No base map'))) : null;
  }
}

export class Legend extends View {
  watch({ coverage, route }) {
    return [coverage, route.measure, route.classes, this.model.level, this.folded];
  }

  connect(model) {
    this.folded = globalThis.matchMedia?.('(max-width: 899px)').matches ?? false;
    super.connect(model);
  }

  draw({ coverage, route }) {
    if (!coverage) return [];
    const toggle = h('button.legend-title', {
      type: 'button', 'aria-expanded': String(!this.folded), 'data-focus': 'fold',
      onclick: () => {
        this.folded = !this.folded;
        this.update(this.model.state);
      },
    }, this.heading());
    if (this.folded) return toggle;
    return [toggle, this.model.level === HOUSEHOLD ? this.symbols() : this.classRows(coverage, route)];
  }

  heading() {
    const { level, measure } = this.model;
    if (level === HOUSEHOLD) return _('Households');
    const unit = levelUnit(rowLevel(level));
    return measure.kind === 'rate' ? measure.label
      : _('%(measure)s (%(unit)s per %(area)s)', { measure: measure.label, unit: measure.unit, area: unit });
  }

  classRows(coverage, route) {
    const rows = coverage.rows.filter((row) => row.id);
    const { classes, withheld, blank } = classify(rows, this.model.measure, route.classes);
    const byHand = /^\d/.test(route.classes);
    const lowers = byHand ? route.classes
      : classes.map(({ low }) => low).filter((low) => low > 0).join() || '1';
    const line = (swatch, label, count) => h('li', {}, swatch, h('span', {}, label),
      h('span.hint', {}, _('%(n)s areas', { n: integer(count) })));
    return [
      h('ul', {},
        classes.map(({ colour, label, count }) =>
          line(h('span.swatch.class', { style: { backgroundColor: colour } }), label, count)),
        withheld ? line(h('span.swatch.class.hatch'), WITHHELD_TEXT, withheld) : null,
        blank ? line(h('span.swatch.class'), _('no households in scope'), blank) : null),
      h('label.legend-method', {}, h('span', {}, _('Classes')), h('select', {
        'data-focus': 'method', onchange: ({ target }) => this.model.setClasses(target.value),
      },
      h('option', { value: '', selected: !route.classes }, _('equal numbers of areas')),
      h('option', { value: 'equal', selected: route.classes === 'equal' }, _('equal steps')),
      h('option', { value: lowers, selected: byHand }, _('limits by hand')))),
      byHand ? h('label.legend-method', {}, h('span', {}, _('Lower limits')), h('input', {
        type: 'text', inputmode: 'numeric', value: route.classes, 'data-focus': 'limits',
        onchange: ({ target }) => this.byHand(target),
      })) : null,
    ];
  }

  /** Takes "1, 6 16" as limits; anything else goes back to what was there. */
  byHand(input) {
    const limits = (input.value.match(/\d+/g) ?? []).map(Number).sort((a, b) => a - b);
    if (limits.length) this.model.setClasses([...new Set(limits)].slice(0, 5).join());
    else input.value = this.model.route.classes;
  }

  symbols() {
    return h('ul', {},
      h('li', {}, h('span.symbol.linked'), h('span', {}, _('has a contact'))),
      h('li', {}, h('span.symbol.unlinked'), h('span', {}, _('has nobody'))),
      h('li', {}, h('span.symbol.cell'), h('span', {}, _('several; ring: part without a contact'))));
  }
}

/** Said on the map where there is nothing to draw. */
export class MapNote extends View {
  watch({ unmapped }) { return [unmapped]; }

  draw({ unmapped }) {
    this.hidden = !unmapped;
    return h('p', {}, _('No boundary has been imported here. The list beside has every number.'));
  }
}
