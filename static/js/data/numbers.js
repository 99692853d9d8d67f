/**
 * The numbers the panel of an area tells beside the gap, their meaning, and which table holds the
 * rows behind them. What is a measure of the map takes its words from there.
 */
import { _, integer } from './i18n.js';
import { measureByKey } from './measures.js';

/** A count that is no measure of the map. */
const count = (key, label, definition) => ({
  key, label, definition, withheld: () => false, value: (row) => row[key] ?? null,
  number: (row) => integer(row[key] ?? 0),
});

export const NUMBERS = [
  ...['party_met_rate', 'most_need', 'overdue', 'issues_open', 'vacancies', 'overloaded', 'unlocated', 'outside']
    .map(measureByKey),
  count('absent', _('Away all year'), _('Households away all year. They stay in scope, and are reached by phone.')),
  count('excluded', _('Out of scope'),
    _('Households out of scope by a dated, approved reason. They are counted apart, beside every rate.')),
];

/** How good the list is: shares of the households in scope. */
export const QUALITY = ['reviewed_rate', 'with_phone_rate', 'located_rate'].map(measureByKey);

/** Table and filter of the rows behind a number. Needs and due days are never listed. */
export const ROWS = {
  unlocated: { table: 'households', filter: 'unlocated' },
  outside: { table: 'households', filter: 'outside' },
  absent: { table: 'households', filter: 'absent' },
  excluded: { table: 'households', filter: 'excluded' },
  issues_open: { table: 'issues', filter: 'open' },
  vacancies: { table: 'posts', filter: 'vacant' },
  overloaded: { table: 'posts', filter: 'overloaded' },
};
