/** The areas, worst first, with bars as long as the households they count. */
import { _, ngettext, percent } from '../data/i18n.js';
import { barOf, isRemainder, keyOf, reasonsOf, sortRows } from '../data/coverage.js';
import { classify } from '../data/classes.js';
import { soon } from '../data/soon.js';
import { View, h, span } from './base.js';

const FIRST = 60; // rows drawn at once: more than any screen shows
const MORE = 10; // rows drawn between two frames

export class AreaList extends View {
  watch({ coverage, route, villages, fitZoom }) {
    return [coverage, villages, route.measure, route.classes, route.sel, this.model.level, fitZoom];
  }

  connect(model) {
    super.connect(model);
    this.addEventListener('keydown', (event) => this.step(event));
    model.store.subscribe(({ hover }) => this.mark(hover));
  }

  /** At the level of households another element lists them. */
  draw({ coverage }) {
    this.hidden = this.model.level === 'household';
    if (!coverage || this.hidden) return [];
    const { measure } = this.model;
    if (!coverage.rows.length) {
      return h('p.empty', {}, _('Nothing to list: no areas of this level have been imported.'));
    }
    const rows = sortRows(coverage.rows, measure);
    const widest = Math.max(1, ...rows.map((row) => this.length(row)));
    this.classes = classify(measure.areas(coverage.rows), measure, this.model.route.classes);
    // Whoever has scrolled or chosen further down keeps the place.
    const chosen = rows.findIndex((row) => keyOf(row) === this.model.route.sel);
    const first = this.scrollTop ? rows.length : Math.max(FIRST, chosen + 1);
    const draw = (some) => some.map((row) => this.row(row, widest));
    this.list = h('ul.areas', { 'aria-label': _('Areas, worst first') }, draw(rows.slice(0, first)));
    this.continue(this.list, rows.slice(first), draw);
    return this.list;
  }

  /** Appends the rows that no screen shows yet, as long as the list is the one on the page. */
  continue(list, rows, draw) {
    if (!rows.length) return;
    soon(() => {
      if (list !== this.list) return;
      list.append(...draw(rows.slice(0, MORE)));
      this.continue(list, rows.slice(MORE), draw);
    });
  }

  /** What the bar counts: households of the gap, or the measure itself. */
  length(row) {
    const value = this.model.measure.value(row) ?? 0;
    return this.model.measure.kind === 'rate' ? 0 : value;
  }

  row(row, widest) {
    const { measure, route } = this.model;
    const key = keyOf(row);
    const chosen = route.sel === key;
    return h('li', {}, h('button.area', {
      type: 'button', 'data-focus': key, 'data-key': key, 'aria-current': chosen ? 'true' : null,
      onclick: () => this.model.select(key),
      onmouseenter: () => this.model.hover(key),
      onmouseleave: () => this.model.hover(''),
    },
    span('area-name', row.name, ' ', this.beside(row)),
    h('span.area-value', {}, this.value(row)),
    this.bar(row, widest),
    h('span.area-side', {}, this.side(row))));
  }

  /** Beside the name: the place it lies in where names repeat, else its type. */
  beside(row) {
    if (isRemainder(row)) return null;
    const text = this.model.villageOf(row) || row.type;
    return text ? h('small', {}, text) : null;
  }

  value(row) {
    const { measure } = this.model;
    if (measure.withheld(row)) return span('withheld-text', measure.text(row));
    if (measure.kind === 'rate') return h('b', {}, measure.text(row));
    return [h('b', {}, measure.number(row)), ' ', h('small', {}, measure.unit)];
  }

  side(row) {
    const mark = this.model.measure.mark(row);
    if (mark) return h('span.warn', {}, mark);
    if (this.model.measure.key === 'gap') {
      const rate = row.linked_rate;
      return rate === null ? '' : _('linked %(share)s', { share: percent(rate) });
    }
    return ngettext('%(n)s without contact', '%(n)s without contact', row.gap);
  }

  bar(row, widest) {
    const { measure } = this.model;
    const bar = h('span.stack', { 'aria-hidden': true });
    if (measure.withheld(row)) {
      bar.append(h('span.hatch', { style: { width: '100%' } }));
    } else if (measure.key === 'gap') {
      for (const { key, share: part } of barOf(row, widest)) {
        bar.append(h(`span.reason-${key}`, { style: { width: `${part * 100}%` } }));
      }
      bar.title = reasonsOf(row).map(({ label, count }) => `${label} ${count}`).join(' · ');
    } else {
      const value = measure.value(row) ?? 0;
      const part = measure.kind === 'rate' ? value : value / widest;
      const colour = this.classes.classOf(row)?.colour;
      bar.append(h('span.plain', { style: { width: `${part * 100}%`, backgroundColor: colour } }));
    }
    return bar;
  }

  mark(hover) {
    for (const button of this.querySelectorAll('.area')) {
      button.classList.toggle('hovered', hover !== '' && button.dataset.key === hover);
    }
  }

  drawn() {
    const chosen = this.querySelector('[aria-current]');
    const key = this.model.route.sel;
    const before = this.scrolled;
    if (chosen && key !== before) chosen.scrollIntoView({ block: 'nearest' });
    this.scrolled = key;
    // The card of an area was closed: whoever stood in it goes on from its row.
    if (before && !key) this.adopt(`[data-key="${CSS.escape(before)}"]`);
  }

  /** Arrow keys walk the list; Home and End jump. */
  step(event) {
    const buttons = [...this.querySelectorAll('.area')];
    const at = buttons.indexOf(document.activeElement);
    const to = {
      ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1,
    }[event.key];
    if (at < 0 || to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  }
}

