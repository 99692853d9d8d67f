/**
 * Class limits and colours. Counts have whole limits and 0 as a class of its own; shares are
 * classed by whole percent. At most five classes, whatever the method.
 */
import { _ } from './i18n.js';

export const RAMPS = {
  gap: ['#f6efe6', '#fdd0a2', '#fd8d3c', '#e0512f', '#a3180f'],
  rate: ['#f0f4ef', '#c2dcc6', '#84b9a5', '#3d8f86', '#0b5f73'],
  density: ['#f3f0f6', '#d3c9e4', '#a894c9', '#7a5aa6', '#4b2a7b'],
};
// Which colours of a ramp serve 1..4 classes above zero, so that few classes still differ well.
const SPREAD = { 1: [3], 2: [2, 4], 3: [1, 3, 4], 4: [1, 2, 3, 4], 5: [0, 1, 2, 3, 4] };

/** Upper limits (inclusive) of at most k classes holding about as many values each. */
export function quantileLimits(values, k) {
  const sorted = [...values].sort((a, b) => a - b);
  const limits = [];
  for (let i = 1; i <= k && sorted.length; i += 1) {
    const limit = sorted[Math.ceil((i * sorted.length) / k) - 1];
    if (limit !== limits.at(-1)) limits.push(limit);
  }
  return limits;
}

/** Upper limits of at most k classes of equal width between the least and the greatest value. */
export function equalLimits(values, k) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const limits = [];
  for (let i = 1; i <= k && values.length; i += 1) {
    const limit = Math.round(low + ((high - low) * i) / k);
    if (limit !== limits.at(-1)) limits.push(limit);
  }
  return limits;
}

/** Upper limits from lower ones typed by hand, "1,6,16,31"; the last class is open. */
export function manualLimits(lowers, values) {
  const above = [...new Set(lowers)].sort((a, b) => a - b).slice(1).map((lower) => lower - 1);
  return [...above, Math.max(above.at(-1) ?? 0, ...values)];
}

/**
 * Classes for a measure over rows.
 * method: '' (quantile), 'equal' or "1,6,16,31" (lower limits above zero).
 * Returns {classes: [{low, high, colour, label, count}], classOf(row) -> class | null,
 * withheld: n, blank: n}; withheld and blank rows have no class.
 */
export function classify(rows, measure, method = '') {
  const whole = (row) => {
    const value = measure.value(row);
    if (value === null || value === undefined) return null;
    return measure.kind === 'rate' ? Math.floor(value * 100 + 1e-9) : value;
  };
  const known = rows.map(whole).filter((value) => value !== null);
  const zeroApart = measure.kind === 'count';
  const counted = zeroApart ? known.filter((value) => value > 0) : known;
  const k = zeroApart ? 4 : 5;
  const limits = limitsBy(method, counted, k);
  const ramp = RAMPS[measure.ramp];
  const colours = (SPREAD[limits.length] ?? []).map((i) => ramp[i]);
  const classes = limits.map((high, i) => ({
    low: i ? limits[i - 1] + 1 : Math.min(zeroApart ? 1 : high, ...counted),
    high,
    colour: colours[i],
  }));
  if (zeroApart) classes.unshift({ low: 0, high: 0, colour: ramp[0] });
  for (const [i, item] of classes.entries()) {
    item.count = known.filter((v) => v >= item.low && v <= item.high).length;
    item.label = label(item, measure.kind, zeroApart && i > 0 && i === classes.length - 1);
  }
  return {
    classes,
    classOf(row) {
      const value = whole(row);
      return value === null ? null : classes.find((c) => value >= c.low && value <= c.high) ?? null;
    },
    withheld: rows.filter((row) => measure.withheld(row)).length,
    blank: rows.filter((row) => whole(row) === null && !measure.withheld(row)).length,
  };
}

function limitsBy(method, values, k) {
  if (!values.length) return [];
  if (method === 'equal') return equalLimits(values, k);
  if (/^\d/.test(method)) return manualLimits(method.split(',').map(Number), values).slice(0, k);
  return quantileLimits(values, k);
}

function label({ low, high }, kind, open) {
  const unit = kind === 'rate' ? '%' : '';
  if (open && high > low) return _('%(n)s and more', { n: low });
  return low === high ? `${low}${unit}` : `${low}–${high}${unit}`;
}
