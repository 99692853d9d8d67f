/**
 * The registry of measures the map, the list and the legend know. A new measure is one entry:
 * key (also its name in the address), field of the coverage row, kind (count | rate), ramp,
 * worst (which end comes first in the list) and its words.
 */
import { _, ngettext, integer, percent } from './i18n.js';

const households = (n) => ngettext('%(n)s household', '%(n)s households', n);
const posts = (n) => ngettext('%(n)s post', '%(n)s posts', n);
const people = (n) => ngettext('%(n)s person', '%(n)s people', n);
const matters = (n) => ngettext('%(n)s matter', '%(n)s matters', n);

const unitOf = { households: _('households'), posts: _('posts'), people: _('people'), matters: _('matters') };

/** Whether a field of a row, or the group it belongs to, is kept back as a small number. */
export function isWithheld(row, field) {
  const names = row?.withheld ?? [];
  return names.includes(field) || names.includes(field.split('.')[0]);
}

/** Not "fewer than 5": larger counts are withheld too where they would give a small one away. */
export const WITHHELD_TEXT = _('small number, not shown');

function measure(key, label, options) {
  const field = options.field ?? key;
  const path = field.split('.');
  const say = options.say ?? households;
  return {
    key,
    label,
    field,
    kind: 'count',
    ramp: 'gap',
    worst: 'high',
    unit: options.kind === 'rate' ? '%' : unitOf[options.unit ?? 'households'],
    ...options,
    withheld: (row) => isWithheld(row, field),
    /** The number, or null where it is withheld or has no denominator. */
    value(row) {
      const found = path.reduce((part, name) => part?.[name], row);
      return found ?? null;
    },
    /** The number as people read it. */
    text(row) {
      if (this.withheld(row)) return WITHHELD_TEXT;
      const value = this.value(row);
      if (value === null) return '—';
      return this.kind === 'rate' ? percent(value) : say(value);
    },
    /** The bare number, without its unit. */
    number(row) {
      if (this.withheld(row)) return _('not shown');
      const value = this.value(row);
      if (value === null) return '—';
      return this.kind === 'rate' ? percent(value) : integer(value);
    },
  };
}

const rate = (key, label) => measure(key, label, { kind: 'rate', ramp: 'rate', worst: 'low' });

export const MEASURES = [
  measure('gap', _('Without contact'), {}),
  rate('linked_rate', _('Linked')),
  rate('party_met_rate', _('Met by a member')),
  measure('vacancies', _('Vacant posts'), { unit: 'posts', say: posts }),
  measure('issues_open', _('Open matters'), { unit: 'matters', say: matters }),
  measure('overdue', _('Overdue for contact'), {}),
  measure('most_need', _('Most need'), { field: 'tier.zhongdian', ramp: 'density' }),
  rate('party_linked_rate', _('Linked to a member')),
  measure('overloaded', _('Over their limit'), { unit: 'people', say: people }),
  measure('unlocated', _('Not located'), {}),
  measure('outside', _('Outside their grid'), {}),
];

/** Measures shown as chips; the others are under "more". */
export const CHIPS = 4;

export const measureByKey = (key) => MEASURES.find((item) => item.key === key) ?? MEASURES[0];
