/** The panel of the selected area: its numbers, why households have nobody, what to do. */
import { _, integer, ngettext, percent, shortDate } from '../data/i18n.js';
import { isRemainder, reasonsOf } from '../data/coverage.js';
import { WITHHELD_TEXT, isWithheld } from '../data/measures.js';
import { Panel, h, icon, span, withNumber } from './base.js';
import { resultStrip } from './result.js';

export class AreaCard extends Panel {
  watch({ coverage, route, villages, result, loading }) {
    return [coverage, villages, route.sel, route.open, result, loading];
  }

  draw() {
    const row = this.model.selected;
    // The list of households takes its place, where it may be seen.
    this.hidden = !row || (Boolean(this.model.route.open) && this.model.canSeeHouseholds);
    if (this.hidden) return [];
    return [
      this.head(row),
      resultStrip(this.model),
      this.facts(row),
      this.reasons(row),
      this.actions(row),
    ];
  }

  head(row) {
    return h('div.card-head', {},
      h('button.icon-button', {
        type: 'button', 'aria-label': _('Close'), 'data-focus': 'close', onclick: () => this.model.close(),
      }, icon('close')),
      h('h2', {}, row.name),
      h('p.hint', {}, [
        isRemainder(row) ? null : [this.model.villageOf(row), row.type].filter(Boolean).join(' '),
        ngettext('%(n)s household', '%(n)s households', row.households),
        row.linked_rate === null ? null : _('linked %(share)s', { share: percent(row.linked_rate) }),
      ].filter(Boolean).join(' · ')));
  }

  /** Posts, then what else an office asks about a place; only lines that say something. */
  facts(row) {
    const lines = [];
    if (row.required_posts) {
      const held = row.required_posts - row.vacancies;
      lines.push([
        _('Posts held %(held)s of %(required)s', { held, required: row.required_posts }),
        row.vacancies ? [' · ', h('b.warn', {}, ngettext('%(n)s vacant', '%(n)s vacant', row.vacancies))] : null,
        row.overloaded ? [' · ', ngettext('%(n)s person over the limit', '%(n)s people over the limit', row.overloaded)] : null,
      ]);
    }
    lines.push(this.need(row));
    const rest = [
      row.issues_open ? ngettext('%(n)s open matter', '%(n)s open matters', row.issues_open) : null,
      row.issues_overdue ? ngettext('%(n)s of them overdue', '%(n)s of them overdue', row.issues_overdue) : null,
      row.unlocated ? ngettext('%(n)s not located', '%(n)s not located', row.unlocated) : null,
      row.outside ? ngettext('%(n)s outside their grid', '%(n)s outside their grid', row.outside) : null,
      row.excluded ? ngettext('%(n)s out of scope', '%(n)s out of scope', row.excluded) : null,
      row.last_reviewed
        ? _('list reviewed %(date)s', { date: shortDate(row.last_reviewed, this.model.config.today) }) : null,
    ].filter(Boolean);
    if (rest.length) lines.push(rest.join(' · '));
    return h('div.facts', {}, lines.filter(Boolean).map((line) => h('p', {}, line)));
  }

  need(row) {
    const parts = [];
    const add = (field, value, label) => {
      if (isWithheld(row, field)) parts.push(`${label} ${WITHHELD_TEXT}`);
      else if (value) parts.push(`${label} ${ngettext('%(n)s household', '%(n)s households', value)}`);
    };
    add('tier.zhongdian', row.tier?.zhongdian, _('Most need'));
    add('gap_zhongdian', row.gap_zhongdian, _('without contact among them'));
    add('overdue', row.overdue, _('Overdue for contact'));
    return parts.length ? parts.join(' · ') : null;
  }

  reasons(row) {
    const reasons = reasonsOf(row);
    if (!reasons.length) {
      return h('p.all-well', {}, icon('check'), _('Every household in scope has a contact.'));
    }
    return h('ul.reasons', {}, reasons.map((reason) => {
      const on = reason.key === 'left' && row.left_on ? shortDate(row.left_on, this.model.config.today) : '';
      const act = reason.act && this.model.canLink ? _('Assign') : _('Show');
      return h('li', {},
        h(`span.swatch.reason-${reason.key}`),
        h('span.count', {}, withNumber(ngettext('%(n)s household', '%(n)s households', reason.count))),
        span('why', reason.label, on ? h('small', {}, ' ', _('latest %(date)s', { date: on })) : null),
        this.model.canSeeHouseholds ? h('button.link', {
          type: 'button', 'data-focus': `reason-${reason.key}`,
          'aria-label': `${act}: ${reason.label}, ${integer(reason.count)}`,
          onclick: () => this.model.linking.open(reason.key),
        }, act, icon('next')) : null);
    }));
  }

  actions(row) {
    const see = this.model.canSeeHouseholds;
    const finer = row.id && ['county', 'township', 'village'].includes(row.level);
    return h('div.card-actions', {},
      row.gap && see ? h('button.button.primary.wide', {
        type: 'button', 'data-focus': 'open', onclick: () => this.model.linking.open(),
      }, ngettext('Show %(n)s household', 'Show %(n)s households', row.gap)) : null,
      row.gap && !see ? h('p.hint', {}, _('Your post sees numbers, not the list of households.')) : null,
      h('div.pair', {},
        finer ? h('button.button', {
          type: 'button', 'data-focus': 'enter', onclick: () => this.model.enter(row),
        }, _('Only this area')) : null,
        h('button.button', { type: 'button', 'data-focus': 'print', onclick: () => globalThis.print() },
          _('Print this map'))));
  }
}
