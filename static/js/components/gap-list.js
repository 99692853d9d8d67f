/**
 * The households that have nobody: chosen by check box, then given a contact. Used as a panel over
 * the map and, at the level of households, as the list itself.
 */
import { _, integer, ngettext } from '../data/i18n.js';
import { reasonLabel, reasonsOf } from '../data/coverage.js';
import { Panel, View, h, icon, span, withNumber } from './base.js';
import { resultStrip } from './result.js';

export class GapPanel extends Panel {
  watch({ coverage, route, gap, picked, result, candidates }) {
    return [coverage, route.sel, route.open, route.reason, gap, picked, result, candidates];
  }

  get target() { return this.model.target; }

  draw(state) {
    this.hidden = !state.route.open || !state.gap || !this.target;
    if (this.hidden) return [];
    if (state.route.open === 'link' && state.candidates) return this.chooser(state);
    return this.list(state);
  }

  head(title, sub, back) {
    return h(back ? 'div.card-head.backward' : 'div.card-head', {},
      h('button.icon-button', {
        type: 'button', 'aria-label': back ? _('Back') : _('Close'), 'data-focus': 'close',
        onclick: () => (back ? this.model.linking.back() : this.model.go({ open: '', reason: '' })),
      }, icon(back ? 'back' : 'close')),
      h('h2', {}, title), h('p.hint', {}, sub));
  }

  name() { return this.model.selected?.name ?? this.model.state.coverage.area.name; }

  list({ gap, picked, route }) {
    const { total } = gap;
    const sub = total === null ? _('Loading')
      : ngettext('%(n)s household without contact', '%(n)s households without contact', total);
    return [
      this.head(this.name(), sub, false),
      resultStrip(this.model),
      this.filters(route.reason),
      householdList(this.model, gap, picked),
      pickBar(this.model, gap, picked),
    ];
  }

  filters(reason) {
    const reasons = reasonsOf(this.target);
    if (reasons.length < 2) return null;
    const chip = (key, label, count) => h('button.chip', {
      type: 'button', 'aria-pressed': String(reason === key), 'data-focus': `filter-${key}`,
      onclick: () => this.model.linking.filter(key),
    }, label, ' ', h('small', {}, integer(count)));
    return h('div.chips.scroll', { role: 'group', 'aria-label': _('Reason') },
      chip('', _('All'), this.target.gap),
      reasons.map(({ key, label, count }) => chip(key, label, count)));
  }

  chooser({ candidates, picked }) {
    const { rows, loading, error, chosen, saving } = candidates;
    const person = rows.find((row) => row.post === chosen);
    return [
      this.head(ngettext('Contact for %(n)s household', 'Contact for %(n)s households', picked.size),
        this.name(), true),
      h('div.scroll-body', { 'data-scroll': 'candidates' },
        loading ? h('p.empty', {}, _('Loading')) : null,
        !loading && !rows.length && !error ? h('p.empty', {},
          _('Nobody in post here may take households. Fill a post first, by the staff list.')) : null,
        h('div.candidates', { role: 'radiogroup', 'aria-label': _('Who becomes the contact') },
          rows.map((row) => this.candidate(row, chosen, picked.size)))),
      h('div.pick-bar', {},
        error ? h('p.bad', { role: 'alert' }, error) : null,
        h('button.button.primary.wide', {
          type: 'button', disabled: !person || saving, 'data-focus': 'confirm',
          onclick: () => this.model.linking.confirm(),
        }, saving ? _('Saving') : this.confirmText(person, picked.size))),
    ];
  }

  confirmText(person, n) {
    if (!person) return _('Choose a person');
    return ngettext('%(person)s takes %(n)s household', '%(person)s takes %(n)s households', n, {
      person: person.person,
    });
  }

  candidate(row, chosen, more) {
    const { max, links } = row;
    const over = max !== null && links + more > max;
    const load = max === null ? ngettext('%(n)s household', '%(n)s households', links)
      : _('%(links)s of %(max)s households', { links: integer(links), max: integer(max) });
    return h('label.candidate', { 'data-full': row.full },
      h('input', {
        type: 'radio', name: 'candidate', value: row.post, checked: row.post === chosen,
        disabled: row.full, 'data-focus': `post-${row.post}`,
        onchange: () => this.model.linking.take(row.post),
      }),
      h('span.candidate-text', {},
        h('b', {}, row.person), ' ', h('small', {}, row.role_label, ' · ', row.area_name),
        h('span.load', { 'aria-hidden': true }, max === null ? null : h('span', {
          'data-over': over, style: { width: `${Math.min(100, (links / max) * 100)}%` },
        }), max === null ? null : h('span.adds', {
          style: { width: `${Math.max(0, Math.min(100 - (links / max) * 100, (more / max) * 100))}%` },
        })),
        span('load-text', load, row.full ? ` · ${_('full')}`
          : over ? ` · ${_('room for %(n)s', { n: Math.max(0, max - links) })}` : '')));
  }

  update(state) {
    const key = '[data-scroll]';
    const held = this.querySelector(key);
    const top = held?.scrollTop ?? 0;
    const name = held?.dataset.scroll;
    super.update(state);
    const now = this.querySelector(key);
    if (now && now.dataset.scroll === name) now.scrollTop = top;
  }
}

/** The list of households at the level of households, in place of the list of areas. */
export class HouseholdLevelList extends View {
  watch({ gap, picked, route, result }) {
    return [gap, picked, route.open, this.model.level, result];
  }

  draw({ gap, picked, route }) {
    this.hidden = this.model.level !== 'household' || Boolean(route.open);
    if (this.hidden || !gap) return [];
    return [resultStrip(this.model), householdList(this.model, gap, picked), pickBar(this.model, gap, picked)];
  }
}

function householdList(model, gap, picked) {
  const { rows, loading, error, next } = gap;
  const pickable = model.canLink;
  return h('div.scroll-body', { 'data-scroll': `households ${gap.key}` },
    error ? h('div.notice.bad', { role: 'alert' }, h('p', {}, error),
      h('button.button', { type: 'button', onclick: () => model.linking.load('') }, _('Try again'))) : null,
    !loading && !error && !rows.length
      ? h('p.all-well', {}, icon('check'), _('Every household in scope has a contact.')) : null,
    h('ul.households', { 'aria-label': _('Households without contact'), 'aria-busy': String(loading) },
      rows.map((row) => householdRow(model, row, pickable, picked.has(row.id)))),
    loading ? h('p.empty', {}, _('Loading')) : null,
    next && !loading ? h('button.button.wide.more', {
      type: 'button', 'data-focus': 'more', onclick: () => model.linking.more(),
    }, _('Show more')) : null);
}

function householdRow(model, row, pickable, checked) {
  const label = `${row.head} ${row.address ?? ''}`;
  return h('li', {},
    pickable ? h('label.pick', {}, h('input', {
      type: 'checkbox', checked, 'aria-label': label, 'data-focus': `pick-${row.id}`,
      onchange: ({ target }) => model.linking.pick(row.id, target.checked),
    })) : null,
    h('div.household', {},
      h('button.household-name', {
        type: 'button', 'data-focus': `open-${row.id}`, onclick: () => model.showPlace({ id: row.id }),
      }, row.head, row.serial ? h('small', {}, ' ', row.serial) : null),
      h('p', {}, [row.area?.name, row.address].filter(Boolean).join(' · '),
        row.located ? null : h('small.tag', {}, _('not located'))),
      h('p.reason', {}, h(`span.swatch.reason-${row.reason}`), row.why || reasonLabel(row.reason))));
}

function pickBar(model, gap, picked) {
  if (!model.canLink) {
    return model.isPast && model.config.can.link
      ? h('p.pick-bar.hint', {}, _('The page shows a past date. Go back to today to name a contact.')) : null;
  }
  if (!gap.rows.length) return null;
  const all = picked.size === gap.rows.length;
  return h('div.pick-bar', {},
    h('label.pick-all', {},
      h('input', {
        type: 'checkbox', checked: all, 'data-focus': 'pick-all',
        onchange: ({ target }) => model.linking.pickAll(target.checked),
      }),
      h('span', {}, withNumber(ngettext('All %(n)s shown', 'All %(n)s shown', gap.rows.length)))),
    h('button.button.primary', {
      type: 'button', disabled: !picked.size, 'data-focus': 'choose',
      onclick: () => model.linking.choose(),
    }, picked.size
      ? ngettext('Name a contact for %(n)s household', 'Name a contact for %(n)s households', picked.size)
      : _('Choose households')));
}
