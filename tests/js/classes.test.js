import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, equalLimits, quantileLimits, roundLimit } from '../../static/js/data/classes.js';
import { measureByKey } from '../../static/js/data/measures.js';

const gap = measureByKey('gap');
const linked = measureByKey('linked_rate');
const gaps = (...values) => values.map((value) => ({ gap: value }));

test('it keeps zero apart and covers every value once', () => {
  const rows = gaps(0, 0, 1, 2, 5, 6, 9, 15, 16, 30, 31, 44);
  const { classes, classOf } = classify(rows, gap);
  assert.equal(classes.length, 5);
  assert.deepEqual([classes[0].low, classes[0].high, classes[0].count], [0, 0, 2]);
  assert.equal(classes.reduce((sum, { count }) => sum + count, 0), rows.length);
  for (const row of rows) assert.ok(classOf(row));
  for (let i = 1; i < classes.length; i += 1) assert.equal(classes[i].low, classes[i - 1].high + 1);
});

test('it writes whole limits and opens the last class', () => {
  const { classes } = classify(gaps(0, 1, 2, 5, 6, 9, 15, 16, 30, 31, 44), gap);
  assert.equal(classes[0].label, '0');
  assert.match(classes.at(-1).label, /^\d+ and more$/);
  assert.ok(classes.every(({ low, high }) => Number.isInteger(low) && Number.isInteger(high)));
});

test('it makes fewer classes of few values, in colours that differ', () => {
  const { classes } = classify(gaps(0, 0, 3, 3, 3), gap);
  assert.deepEqual(classes.map(({ label }) => label), ['0', '1 and more']);
  assert.notEqual(classes[0].colour, classes[1].colour);
});

test('it has only the zero class where nobody is without contact', () => {
  const { classes } = classify(gaps(0, 0), gap);
  assert.deepEqual(classes.map(({ count }) => count), [2]);
});

test('it gives withheld and blank rows no class and counts them', () => {
  const rows = [{ overdue: null, withheld: ['overdue'] }, { overdue: 7, withheld: [] }];
  const result = classify(rows, measureByKey('overdue'));
  assert.equal(result.classOf(rows[0]), null);
  assert.equal(result.withheld, 1);
  const rates = [{ linked_rate: null }, { linked_rate: 0.5 }];
  assert.equal(classify(rates, linked).blank, 1);
});

test('it classes shares by whole percent without rounding up', () => {
  const rows = [0.874, 0.92, 0.955, 0.9999, 1].map((linked_rate) => ({ linked_rate }));
  const { classes, classOf } = classify(rows, linked);
  assert.equal(classOf(rows[3]).high, 99);
  assert.equal(classOf(rows[4]).label, '100%');
  assert.equal(classes[0].label, '87%');
});

test('it takes limits by equal steps and by hand', () => {
  assert.deepEqual(equalLimits([0, 40], 4), [10, 20, 30, 40]);
  const { classes } = classify(gaps(0, 3, 7, 18, 50), gap, '1,6,16,31');
  assert.deepEqual(classes.map(({ low }) => low), [0, 1, 6, 16, 31]);
});

test('it puts about as many values into each quantile class', () => {
  assert.deepEqual(quantileLimits([1, 2, 3, 4, 5, 6, 7, 8], 4), [2, 4, 6, 8]);
  assert.deepEqual(quantileLimits([5, 5, 5, 5], 4), [5]);
});

const perKm2 = measureByKey('most_need_km2');
const dense = (...values) => values.map((value) => ({ tier: { zhongdian: value * 4 }, km2: 4 }));

test('it classes densities by decimals that their size asks for, nought apart', () => {
  const { classes, classOf } = classify(dense(0, 0.25, 0.5, 1, 1.5, 2, 3.5, 4), perKm2);
  assert.equal(classes[0].label, '0');
  assert.equal(classes.at(-1).label, '3.5 and more');
  for (const value of [0.25, 4]) assert.ok(classOf(dense(value)[0]));
  for (let i = 1; i < classes.length; i += 1) assert.equal(classes[i].low, classes[i - 1].high + 1);
});

test('it rounds the limits of large densities to two figures', () => {
  const { classes } = classify(dense(12, 137, 389, 866, 1204, 1877, 2501, 3333), perKm2);
  assert.deepEqual(classes.slice(1).map(({ label }) => label), ['under 140', '140–870', '870–1,900', '1,900 and more']);
  assert.equal(roundLimit(866), 870);
  assert.equal(classes.reduce((sum, { count }) => sum + count, 0), 8);
});

test('it never lets a small density pass for none', () => {
  const { classOf } = classify(dense(0.0001, 60), perKm2);
  assert.notEqual(classOf(dense(0.0001)[0]).label, '0');
});

test('it takes decimal limits by hand', () => {
  const { classes } = classify(dense(0, 0.2, 0.6, 2, 9), perKm2, '0.5,2,5');
  assert.deepEqual(classes.slice(2).map(({ from }) => from), [2, 5]);
});

test('it has no density of an area without an outline, nor of a withheld number', () => {
  const rows = [{ tier: { zhongdian: 3 }, km2: null }, { tier: { zhongdian: null }, km2: 2, withheld: ['tier'] }];
  const { blank, withheld } = classify(rows, perKm2);
  assert.deepEqual([blank, withheld], [1, 1]);
});
