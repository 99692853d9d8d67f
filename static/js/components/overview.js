/** The head of the left side: the gap as one number, four figures, the choice of measure. */
import { _, integer, ngettext, signed } from '../data/i18n.js';
import { CHIPS, MEASURES, WITHHELD_TEXT, isWithheld, measureByKey } from '../data/measures.js';
import { reasonsOf } from '../data/coverage.js';
import { View, h, span } from './base.js';

const RUN = 500; // ms for a number to reach its new value

/** The number of households without contact; opens their list. */
export class Headline extends View {
  watch({ coverage, previous, error }) { return [coverage, previous, error]; }

  draw({ coverage, previous, error }) {
    if (error) return this.failure(error);
    if (!coverage) return [h('p.headline.waiting', { 'aria-hidden': true }, '—'), h('p.headline-more', {}, ' ')];
    const { total } = coverage;
    if (total.households === 0) return this.empty();
    const text = ngettext('household without contact', 'households without contact', total.gap);
    const number = this.model.canSeeHouseholds && total.gap
      ? h('button.headline-number', {
        type: 'button', 'data-focus': 'gap', onclick: () => this.open(),
        'aria-label': `${integer(total.gap)} ${text}`,
      }, integer(total.gap))
      : span('headline-number', integer(total.gap));
    return [
      h('p.headline', {}, number, ' ', span('headline-text', text), ' ',
        span('hint', _('(of %(n)s in scope)', { n: integer(total.in_scope) }))),
      h('p.headline-more', {}, this.sentence(coverage, previous)),
    ];
  }

  /** The number runs to its new value, so that a change is seen. */
  drawn({ coverage }) {
    const number = this.querySelector('.headline-number');
    const to = coverage?.total.gap;
    const from = this.last ?? to;
    this.last = to;
    const calm = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
    if (!number || from === to || calm) return;
    const start = performance.now();
    const frame = (now) => {
      const part = Math.min(1, (now - start) / RUN);
      number.textContent = integer(from + (to - from) * part);
      if (part < 1 && number.isConnected) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  open() { this.model.go({ sel: '' }).then(() => this.model.linking.open()); }

  /** Most need, change, unlocated: the three things that qualify the number. */
  sentence({ total }, previous) {
    const parts = [];
    if (isWithheld(total, 'gap_zhongdian')) {
      parts.push([_('most need among them:'), ' ', WITHHELD_TEXT]);
    } else {
      parts.push([_('most need among them:'), ' ',
        h('b.warn', {}, ngettext('%(n)s household', '%(n)s households', total.gap_zhongdian))]);
    }
    if (typeof previous?.gap === 'number') {
      parts.push([_('since last month'), ' ', h('b', {}, signed(total.gap - previous.gap))]);
    }
    if (total.unlocated) {
      parts.push(ngettext('%(n)s more without a location, not on the map',
        '%(n)s more without a location, not on the map', total.unlocated));
    }
    return parts.map((part, i) => [i ? ' · ' : '', part]);
  }

  empty() {
    const { can, urls } = this.model.config;
    return [
      h('p.headline-empty', {}, _('No households here yet')),
      h('p.hint', {}, _('First import the areas, then the staff and the households.')),
      can.import && urls.import
        ? h('a.button.primary', { href: urls.import }, _('Import a list')) : null,
    ];
  }

  failure(error) {
    return h('div.notice.bad', { role: 'alert' }, h('p', {}, error),
      h('button.button', { type: 'button', onclick: () => this.model.refresh({ force: true }) }, _('Try again')));
  }
}

/** Linked, met by a member, overdue, open matters; each chooses its measure. */
export class Figures extends View {
  watch({ coverage, route }) { return [coverage, route.measure]; }

  draw({ coverage }) {
    const total = coverage?.total;
    return h('div.figures', { role: 'group', 'aria-label': _('Key figures') },
      ['linked_rate', 'party_met_rate', 'overdue', 'issues_open'].map((key) => {
        const measure = measureByKey(key);
        const chosen = this.model.measure.key === key;
        const withheld = total && measure.withheld(total);
        return h('button.figure', {
          type: 'button', 'aria-pressed': String(chosen), 'data-focus': key,
          title: withheld ? WITHHELD_TEXT : null,
          onclick: () => this.model.setMeasure(chosen ? 'gap' : key),
        }, span('figure-label', measure.label),
        span(withheld ? 'figure-number.quiet' : 'figure-number', total ? measure.number(total) : '—',
          key === 'issues_open' && total?.issues_overdue
            ? h('small.warn', {}, ' ', _('%(n)s overdue', { n: integer(total.issues_overdue) })) : null));
      }));
  }
}

/** Chips for the first measures; the others in a menu named after the one chosen. */
export class Measures extends View {
  watch({ route }) { return [route.measure]; }

  draw() {
    const current = this.model.measure;
    const inRest = !CHIPS.includes(current.chip ?? current.key);
    // The name of another measure needs the room of the last chip, which is in the menu meanwhile.
    const first = inRest ? CHIPS.slice(0, -1) : CHIPS;
    const chips = first.map(measureByKey);
    const rest = MEASURES.filter((measure) => !first.includes(measure.chip ?? measure.key));
    return h('div.chips', { role: 'group', 'aria-label': _('Measure') },
      chips.map((measure) => h('button.chip', {
        type: 'button', 'data-focus': measure.key,
        'aria-pressed': String(measure.key === (current.chip ?? current.key)),
        onclick: () => this.model.setMeasure(measure.key),
      }, measure.label)),
      h('label.chip.more', { 'aria-current': inRest ? 'true' : null },
        h('span', { 'aria-hidden': true }, inRest ? current.label : _('More'), ' ▾'),
        h('select', {
          'aria-label': _('More measures'), 'data-focus': 'more',
          onchange: ({ target }) => target.value && this.model.setMeasure(target.value),
        }, h('option', { value: '', selected: !inRest }, _('More')),
        rest.map((measure) => h('option', {
          value: measure.key, selected: measure === current,
        }, measure.label)))));
  }
}

/** What the colours of the bars mean; only reasons that occur. */
export class ReasonKey extends View {
  watch({ coverage, route }) { return [coverage, route.measure]; }

  draw({ coverage }) {
    const { config } = this.model;
    const reasons = coverage && this.model.measure.key === 'gap' ? reasonsOf(coverage.total) : [];
    return [
      h('ul.reason-key', { 'aria-label': _('Why households have nobody') },
        reasons.map(({ key, label }) => h('li', {}, h(`span.swatch.reason-${key}`), label))),
      config.urls.feedback ? h('a.quiet-link', { href: config.urls.feedback }, _('Feedback')) : null,
    ];
  }
}

/** Speaks changes of numbers to screen readers. */
export class Status extends View {
  watch({ message }) { return [message]; }
  draw({ message }) { return document.createTextNode(message); }
}

