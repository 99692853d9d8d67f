/** The numbers of an area: each with its meaning at hand, each a link to its rows or the reason why not. */
import { _, integer, percent, shortDate } from '../data/i18n.js';
import { DEFINITIONS, ROWS } from '../data/definitions.js';
import { WITHHELD_TEXT, isWithheld } from '../data/measures.js';
import { h, icon } from './base.js';

/** How good the list is: three shares with their bars. */
export function qualitySection(row, defined) {
  if (!row.in_scope) return null;
  const shares = [
    ['reviewed', _('Reviewed within 12 months'), row.reviewed],
    ['with_phone', _('With phone'), row.with_phone],
    ['located', _('Located'), row.in_scope - row.unlocated],
  ].map(([key, label, n]) => [key, label, n / row.in_scope]);
  return h('section.quality', { 'aria-label': _('How good the list is') },
    h('h3', {}, _('How good the list is')),
    shares.map(([key, label, share]) => h('div.share', {},
      term(key, label, defined),
      h('b', {}, percent(share)),
      h('span.bar-track', { 'aria-hidden': true }, h('span', { style: { width: `${share * 100}%` } })),
      meaning(key, defined))));
}

/** Counts beside the gap; only those that say something. */
export function numbersSection(model, row, defined) {
  const lines = [
    count('party_met_rate', _('Met by a member'), row, 'party_met_rate', percent),
    count('tier', _('Most need'), row, 'tier.zhongdian'),
    count('overdue', _('Overdue for contact'), row, 'overdue'),
    count('issues_open', _('Open matters'), row, 'issues_open'),
    count('vacancies', _('Vacant posts'), row, 'vacancies'),
    count('overloaded', _('Over their limit'), row, 'overloaded'),
    count('unlocated', _('Not located'), row, 'unlocated'),
    count('outside', _('Outside their grid'), row, 'outside'),
    count('absent', _('Away all year'), row, 'absent'),
    count('excluded', _('Out of scope'), row, 'excluded'),
  ].filter(Boolean);
  const reviewed = row.last_reviewed
    ? h('p.hint', {}, _('list reviewed %(date)s', { date: shortDate(row.last_reviewed, model.config.today) })) : null;
  return h('section.numbers', { 'aria-label': _('Numbers') },
    h('h3', {}, _('Numbers')),
    lines.map((line) => h('div.number', {},
      term(line.key, line.label, defined),
      h('span.number-value', {}, value(model, row, line)),
      meaning(line.key, defined))),
    reviewed);
}

function count(key, label, row, field, say = integer) {
  const withheld = isWithheld(row, field);
  const found = field.split('.').reduce((part, name) => part?.[name], row);
  if (!withheld && !found) return null;
  return { key, label, withheld, text: withheld ? WITHHELD_TEXT : say(found) };
}

/** The number as a link to its rows, or with the reason why there are none to see. */
function value(model, row, { key, label, withheld, text }) {
  if (withheld) return h('span.hint', {}, text);
  const late = key === 'issues_open' && row.issues_overdue
    ? h('small.warn', {}, ' ', _('%(n)s overdue', { n: integer(row.issues_overdue) })) : null;
  const { table, filter } = ROWS[key] ?? {};
  const { urls } = model.config;
  if (!table || !urls.tables) {
    const why = ['tier', 'overdue'].includes(key) ? _('never listed') : null;
    return [h('b', {}, text), late, why ? h('small', {}, ' ', why) : null];
  }
  if (table === 'households' && !model.canSeeHouseholds) {
    return [h('b', {}, text), h('small', {}, ' ', _('numbers only'))];
  }
  const on = model.route.on ? `&on=${model.route.on}` : '';
  return [h('a.link', {
    href: `${urls.tables}${table}/?area=${encodeURIComponent(row.code)}&filter=${filter}${on}`,
    'data-focus': `rows-${key}`, 'aria-label': `${label} ${text}`,
  }, text, icon('next')), late];
}

/** The name of a number with the button that tells what it means. */
function term(key, label, { open, toggle }) {
  return h('span.term', {}, label, h('button.info', {
    type: 'button', 'aria-expanded': String(open === key), 'data-focus': `info-${key}`,
    'aria-label': _('What “%(label)s” means', { label }), onclick: () => toggle(key),
  }, icon('info')));
}

const meaning = (key, { open }) => (open === key ? h('p.meaning', {}, DEFINITIONS[key]) : null);
