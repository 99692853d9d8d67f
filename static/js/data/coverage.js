/** Reading coverage rows: reasons, order, keys. Pure functions over the JSON of the API. */
import { _ } from './i18n.js';

/** Why a household has nobody, in the order the bars are stacked. */
export const REASONS = [
  { key: 'vacant', label: _('Nobody in post') },
  { key: 'full', label: _('All in post are full') },
  { key: 'left', label: _('Contact left the post') },
  { key: 'handover', label: _('Handover not yet accepted') },
  { key: 'unassigned', label: _('Room left, nobody named') },
  { key: 'new', label: _('Newly registered') },
  { key: 'no_grid', label: _('In no grid') },
];

export const reasonLabel = (key) => REASONS.find((reason) => reason.key === key)?.label ?? key;

/** Reasons of a row that count at least one household: [{key, label, count}]. */
export function reasonsOf(row) {
  const counts = row?.gap_reasons ?? {};
  return REASONS.filter(({ key }) => counts[key] > 0)
    .map((reason) => ({ ...reason, count: counts[reason.key] }));
}

/** The last row gathers households in no grid; it has no id and is not on the map. */
export const REMAINDER = 'none';
export const keyOf = (row) => row.code ?? row.id ?? REMAINDER;
export const isRemainder = (row) => !row.id;

/** By code as a string of digits: the language's own order would cost most of the sorting. */
const compareCodes = (a, b) => (String(a.code) < String(b.code) ? -1 : 1);

/**
 * Rows worst first by a measure; withheld and blank ones after, the remainder last. A remainder
 * without households that counts nothing here is left out: it holds posts of the areas above.
 */
export function sortRows(rows, measure) {
  const sign = measure.worst === 'high' ? -1 : 1;
  const rank = (row) => (isRemainder(row) ? 2 : measure.value(row) === null ? 1 : 0);
  const counts = (row) => !isRemainder(row) || row.households > 0 || measure.value(row) > 0;
  const keyed = rows.filter(counts).map((row) => ({ row, rank: rank(row), value: measure.value(row) }));
  keyed.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    const difference = a.rank === 0 ? sign * (a.value - b.value) : 0;
    return difference || b.row.gap - a.row.gap || compareCodes(a.row, b.row);
  });
  return keyed.map(({ row }) => row);
}

/** The row a selection names, by code or id. */
export const rowFor = (rows, sel) =>
  (sel ? rows.find((row) => keyOf(row) === sel || row.id === sel) ?? null : null);

/**
 * Lengths of the stacked bar as shares of the widest row: [{key, share}], so that bars are as
 * long as the households they count.
 */
export function barOf(row, widest) {
  return reasonsOf(row).map(({ key, count }) => ({ key, share: widest ? count / widest : 0 }));
}
