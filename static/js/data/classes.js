/**
 * Class limits and colours. Counts have whole limits and 0 as a class of its own; shares are
 * classed by whole percent, densities by the decimals their size asks for. At most five classes,
 * whatever the method.
 */
import { _, grouped } from './i18n.js';

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

/** A limit with two figures that count, "137" -> 140: nobody reads a density to the last digit. */
export function roundLimit(limit) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, limit))) - 1);
  return Math.round(limit / step) * step;
}

/** How many steps make one unit: values are classed in whole steps, so that limits meet. */
export function stepsOf(kind, values) {
  if (kind === 'rate') return 100;
  if (kind !== 'density') return 1;
  const high = Math.max(0, ...values);
  const decimals = [50, 5, 0.5].findIndex((least) => high >= least);
  return 10 ** (decimals < 0 ? 3 : decimals);
}

/** A value in whole steps; a share is never rounded up, a density above nought never to nought. */
function inSteps(value, kind, steps) {
  if (kind === 'rate') return Math.floor(value * steps + 1e-9);
  if (kind === 'density') return value > 0 ? Math.max(1, Math.round(value * steps)) : 0;
  return value;
}

/**
 * Classes for a measure over rows.
 * method: '' (quantile), 'equal' or "1,6,16,31" (lower limits above zero).
 * Returns {classes: [{low, high, from, colour, label, count}], classOf(row) -> class | null,
 * withheld: n, blank: n}; withheld and blank rows have no class. `low` and `high` are in whole
 * steps of the measure, `from` is the lower limit as people write it.
 */
export function classify(rows, measure, method = '') {
  const { kind } = measure;
  const values = rows.map((row) => measure.value(row)).filter((value) => value !== null);
  const steps = stepsOf(kind, values);
  const whole = (row) => {
    const value = measure.value(row);
    return value === null || value === undefined ? null : inSteps(value, kind, steps);
  };
  const known = values.map((value) => inSteps(value, kind, steps));
  const zeroApart = kind !== 'rate';
  const counted = zeroApart ? known.filter((value) => value > 0) : known;
  const limits = limitsBy(method, counted, { k: zeroApart ? 4 : 5, kind, steps });
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
    item.from = kind === 'density' ? item.low / steps : item.low;
    const open = zeroApart && i > 0 && i === classes.length - 1;
    item.label = kind === 'density' && i > 0
      ? between(item.low, classes[i + 1]?.low, { steps, first: i === 1 }) : label(item, kind, open);
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

function limitsBy(method, values, { k, kind, steps }) {
  if (!values.length) return [];
  if (method === 'equal') {
    const limits = equalLimits(values, k);
    return kind === 'density' ? shared(limits, values) : limits;
  }
  if (/^\d/.test(method)) {
    const unit = kind === 'density' ? steps : 1;
    const lowers = method.split(',').map((text) => Math.max(1, Math.round(Number(text) * unit)));
    return manualLimits(lowers, values).slice(0, k);
  }
  const limits = quantileLimits(values, k);
  return kind === 'density' ? shared(limits, values) : limits;
}

/** Limits of densities: rounded, each the lower one of the class above it. */
function shared(limits, values) {
  const lowers = limits.slice(0, -1).map(roundLimit).filter((limit) => limit > 1);
  return manualLimits([1, ...lowers], values);
}

function label({ low, high }, kind, open) {
  const unit = kind === 'rate' ? '%' : '';
  if (open && high > low) return _('%(n)s and more', { n: low });
  return low === high ? `${low}${unit}` : `${low}–${high}${unit}`;
}

/** A class of densities from its lower limit up to the next one, which is no more part of it. */
function between(low, next, { steps, first }) {
  const say = (n) => grouped(n / steps, Math.log10(steps)).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  if (next === undefined) return first ? _('over 0') : _('%(n)s and more', { n: say(low) });
  return first ? _('under %(n)s', { n: say(next) }) : `${say(low)}–${say(next)}`;
}
