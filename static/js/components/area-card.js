/** The panel of the selected area: who is in post, why households have nobody, what to do, its numbers. */
import { _, integer, ngettext, percent, shortDate } from '../data/i18n.js';
import { closing } from '../data/closing.js';
import { isRemainder, keyOf, reasonsOf } from '../data/coverage.js';
import { levelUnit } from '../data/levels.js';
import { NOTHING_OPEN, formatRoute } from '../data/urlstate.js';
import { Panel, h, icon, span, withNumber } from './base.js';
import { emergencyButton, emergencyStrip } from './area-emergency.js';
import { numbersSection, qualitySection } from './area-numbers.js';
import { postsSection } from './area-posts.js';
import { trendSection } from './area-trend.js';
import { movedStrip } from './placing.js';
import { resultStrip } from './result.js';

export class AreaCard extends Panel {
  watch({ coverage, route, villages, inner, details, moved, result, loading }) {
    return [coverage, villages, route.sel, route.open, inner, details, moved, result, loading, this.people, this.defined];
  }

  draw() {
    const row = this.model.selected;
    if (row?.id !== this.shown) {
      this.shown = row?.id;
      this.people = false;
      this.defined = '';
    }
    // The list of households takes its place, where it may be seen.
    this.hidden = !row || (Boolean(this.model.route.open) && this.model.canSeeHouseholds);
    if (this.hidden) return [];
    const defined = { open: this.defined, toggle: (key) => this.flip('defined', this.defined === key ? '' : key) };
    return [
      this.head(row),
      resultStrip(this.model),
      movedStrip(this.model, row.id),
      emergencyStrip(this.model),
      h('div.facts', {}, postsSection(this.model, row, this.people, () => this.flip('people', !this.people))),
      this.reasons(row),
      this.actions(row),
      trendSection(this.model),
      qualitySection(row, defined),
      numbersSection(this.model, row, defined),
    ];
  }

  flip(name, value) {
    this[name] = value;
    this.update(this.model.state);
  }

  head(row) {
    const { inner } = this.model.state;
    const parts = inner?.rows.length
      ? _('%(n)s %(units)s', { n: integer(inner.rows.length), units: levelUnit(inner.level) }) : null;
    return h('div.card-head', {},
      h('button.icon-button', {
        type: 'button', 'aria-label': _('Close'), 'data-focus': 'close', onclick: () => this.model.close(),
      }, icon('close')),
      h('h2', {}, row.name),
      h('p.hint', {}, [
        isRemainder(row) ? null : [this.model.villageOf(row), row.type].filter(Boolean).join(' '),
        parts,
        ngettext('%(n)s household', '%(n)s households', row.households),
        row.linked_rate === null ? null : _('linked %(share)s', { share: percent(row.linked_rate) }),
      ].filter(Boolean).join(' · ')));
  }

  reasons(row) {
    const reasons = reasonsOf(row);
    if (!reasons.length) {
      return h('p.all-well', {}, icon('check'), row.in_scope
        ? _('Every household in scope has a contact.') : _('No household in scope here.'));
    }
    return [
      h('ul.reasons', {}, reasons.map((reason) => {
        const on = reason.key === 'left' && row.left_on ? shortDate(row.left_on, this.model.config.today) : '';
        return h('li', {},
          h(`span.swatch.reason-${reason.key}`),
          this.count(reason),
          span('why', reason.label, on ? h('small', {}, ' ', _('latest %(date)s', { date: on })) : null),
          this.act(row, reason));
      })),
      this.whatIf(row),
    ];
  }

  /** How many there are; opens them for whoever may read households. */
  count({ key, label, count }) {
    const text = ngettext('%(n)s household', '%(n)s households', count);
    const words = withNumber(text);
    if (!this.model.canSeeHouseholds) return h('span.reason-count', {}, words);
    return h('button.reason-count.link', {
      type: 'button', 'data-focus': `rows-${key}`, 'aria-label': `${_('Show')}: ${label}, ${text}`,
      onclick: () => this.model.linking.open(key),
    }, words);
  }

  /** What closes this part of the gap, for the person looking: done here, or handed on. */
  act(row, reason) {
    const said = (verb) => ({
      'data-focus': `reason-${reason.key}`, 'aria-label': `${verb}: ${reason.label}, ${integer(reason.count)}`,
    });
    if (this.model.isPast) return null;
    const { details, coverage } = this.model.state;
    const role = details?.posts?.roles.find((one) => one.vacant)?.role ?? '';
    const action = closing(reason, {
      config: this.model.config, place: row.code ?? row.id ?? '', role,
      above: coverage.area.code ?? coverage.area.id,
      manages: this.model.canLink, hands: this.canHandOver(row),
    });
    if (!action) return null;
    if (action.href) return h('a.link', { href: action.href, ...said(action.verb) }, action.verb, icon('next'));
    return h('button.link', {
      type: 'button', ...said(action.verb), onclick: () => this.model.linking.open(reason.key),
    }, action.verb, icon('next'));
  }

  /** Where the new numbers are worked out before anything is done, and who must act. */
  whatIf(row) {
    const { config } = this.model;
    if (!row.id || this.model.isPast || !['township', 'village', 'grid'].includes(row.level)) return null;
    const acts = this.model.canLink || this.canHandOver(row);
    return h('p.what-if', {},
      h('a.button', { href: `${config.urls.what_if}?area=${row.id}`, 'data-focus': 'what-if' }, _('What would close it')),
      acts ? null : h('small', {}, _('The township grid office closes it; you may send it this address.')));
  }

  actions(row) {
    const see = this.model.canSeeHouseholds;
    const { details } = this.model.state;
    const finer = row.id && ['county', 'township', 'village', 'grid'].includes(row.level);
    return h('div.card-actions', {},
      row.gap && see ? h('button.button.primary.wide', {
        type: 'button', 'data-focus': 'open', onclick: () => this.model.linking.open(),
      }, ngettext('Show %(n)s household', 'Show %(n)s households', row.gap)) : null,
      row.gap && !see && this.canHandOver(row) ? h('a.button.primary.wide', {
        href: this.handOverAddress(row), 'data-focus': 'hand-all',
      }, ngettext('Hand over %(n)s household', 'Hand over %(n)s households', row.gap)) : null,
      this.plannable(row) ? h('a.button.wide', {
        href: `${this.model.config.urls.plan_new}?area=${encodeURIComponent(row.code)}`, 'data-focus': 'plan',
      }, _('Propose contacts')) : null,
      row.gap && !see ? h('p.hint', {}, _('Your post sees numbers, not the list of households.')) : null,
      h('div.pair', {},
        details ? h('button.button', {
          type: 'button', 'data-focus': 'trend', 'aria-expanded': String(Boolean(details.trend)),
          onclick: () => this.model.details.toggleTrend(),
        }, _('Last 12 weeks')) : null,
        h('a.button', { href: this.printAddress(row), 'data-focus': 'print' }, _('Print this map'))),
      finer || this.placeable(row) || this.handable(row) ? h('div.pair', {},
        this.handable(row) ? h('a.button', {
          href: this.handOverAddress(row), 'data-focus': 'hand-over',
        }, _('Hand over')) : null,
        finer ? h('button.button', {
          type: 'button', 'data-focus': 'enter', onclick: () => this.model.enter(row),
        }, _('Only this area')) : null,
        this.placeable(row) ? h('button.button', {
          type: 'button', 'data-focus': 'locate', onclick: () => this.model.placing.startUnit(row),
        }, _('Place by a pin')) : null) : null,
      this.model.canLink && row.code && !this.model.isPast ? h('a.link', {
        href: `${this.model.config.urls.cards}?area=${encodeURIComponent(row.code)}`, 'data-focus': 'cards',
      }, _('Contact cards'), icon('next')) : null,
      emergencyButton(this.model, row));
  }

  canHandOver(row) {
    return Boolean(this.model.config.can.hand_over && row.code) && !this.model.isPast;
  }

  handOverAddress(row) {
    return `${this.model.config.urls.task_new}?area=${encodeURIComponent(row.code)}`;
  }

  printAddress(row) {
    const query = formatRoute({ ...this.model.route, ...NOTHING_OPEN, sel: keyOf(row) });
    return `${this.model.config.urls.print}${query}`;
  }

  /** Whoever names contacts may also hand the whole gap to the post that must close it. */
  handable(row) {
    return this.model.canLink && this.canHandOver(row) && row.gap > 0;
  }

  /** Whoever names contacts may have them proposed for the whole gap, down to a grid. */
  plannable(row) {
    return this.model.canLink && !this.model.isPast && row.gap > 0
      && Boolean(row.code) && ['township', 'village', 'grid'].includes(row.level);
  }

  /** A unit without an outline is located by a pin. */
  placeable(row) { return row.level === 'unit' && row.km2 === null && this.model.canLink; }
}
