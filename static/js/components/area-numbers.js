/** The numbers of an area: each with its meaning at hand, each a link to its rows or the reason why not. */
import { _, integer, shortDate } from '../data/i18n.js';
import { WITHHELD_TEXT } from '../data/measures.js';
import { NUMBERS, QUALITY, ROWS } from '../data/numbers.js';
import { h, icon } from './base.js';

/** How good the list is: three shares with their bars. */
export function qualitySection(row, defined) {
  if (!row.in_scope) return null;
  return h('section.quality', { 'aria-label': _('How good the list is') },
    h('h3', {}, _('How good the list is')),
    QUALITY.map((measure) => h('div.share', {},
      term(measure, defined),
      h('b', {}, measure.number(row)),
      h('span.bar-track', { 'aria-hidden': true },
        h('span', { style: { width: `${measure.value(row) * 100}%` } })),
      meaning(measure, defined))));
}

/** Counts beside the gap; only those that say something. */
export function numbersSection(model, row, defined) {
  const told = NUMBERS.filter((item) => item.withheld(row) || item.value(row));
  const reviewed = row.last_reviewed
    ? h('p.hint', {}, _('list reviewed %(date)s', { date: shortDate(row.last_reviewed, model.config.today) })) : null;
  if (!told.length && !reviewed) return null;
  return h('section.numbers', { 'aria-label': _('Numbers') },
    h('h3', {}, _('Numbers')),
    told.map((item) => h('div.number', {},
      term(item, defined),
      h('span.number-value', {}, value(model, row, item)),
      meaning(item, defined))),
    reviewed);
}

/** The number as a link to its rows, or with the reason why there are none to see. */
function value(model, row, item) {
  const { key, label } = item;
  if (item.withheld(row)) return h('span.hint', {}, WITHHELD_TEXT);
  const text = item.number(row);
  const late = key === 'issues_open' && row.issues_overdue
    ? h('small.warn', {}, ' ', _('%(n)s overdue', { n: integer(row.issues_overdue) })) : null;
  const { table, filter } = ROWS[key] ?? {};
  const why = reason(model, key, table);
  if (!table || why || !row.code) return [h('b', {}, text), late, why ? h('small', {}, ' ', why) : null];
  const on = model.route.on ? `&on=${model.route.on}` : '';
  return [h('a.link', {
    href: `${model.config.urls.tables}${table}/?area=${encodeURIComponent(row.code)}&filter=${filter}${on}`,
    'data-focus': `rows-${key}`, 'aria-label': `${label} ${text}`,
  }, text, icon('next')), late];
}

/** Why a number opens no rows, in a word; '' where it does or is a rate. */
function reason(model, key, table) {
  if (['most_need', 'overdue'].includes(key)) return _('never listed');
  return table === 'households' && !model.canSeeHouseholds ? _('numbers only') : '';
}

/** The name of a number with the button that tells what it means. */
function term({ key, label }, { open, toggle }) {
  return h('span.term', {}, label, h('button.info', {
    type: 'button', 'aria-expanded': String(open === key), 'data-focus': `info-${key}`,
    'aria-label': _('What “%(label)s” means', { label }), onclick: () => toggle(key),
  }, icon('about')));
}

const meaning = ({ key, definition }, { open }) => (open === key ? h('p.meaning', {}, definition) : null);
