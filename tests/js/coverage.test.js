import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barOf, keyOf, reasonsOf, rowFor, sortRows } from '../../static/js/data/coverage.js';
import { levelForZoom, levelOfCode, levelsBelow } from '../../static/js/data/levels.js';
import { isWithheld, measureByKey } from '../../static/js/data/measures.js';

const row = (code, gap, more = {}) => ({
  id: `id-${code}`, code, gap, withheld: [], gap_reasons: { full: gap }, linked_rate: 0.9, ...more,
});

test('it lists the widest gap first and the households in no grid last', () => {
  const rows = [row('1', 3), { ...row(null, 99), id: null, code: null }, row('2', 44), row('3', 0)];
  const order = sortRows(rows, measureByKey('gap')).map((item) => item.gap);
  assert.deepEqual(order, [44, 3, 0, 99]);
});

test('it lists the lowest rate first and blanks after', () => {
  const rows = [row('1', 1, { linked_rate: 0.98 }), row('2', 0, { linked_rate: null }), row('3', 9, { linked_rate: 0.8 })];
  const order = sortRows(rows, measureByKey('linked_rate')).map(({ code }) => code);
  assert.deepEqual(order, ['3', '1', '2']);
});

test('it stacks bars as long as the households they count', () => {
  const wide = { gap_reasons: { vacant: 30, full: 10, left: 0 } };
  assert.deepEqual(barOf(wide, 40), [{ key: 'vacant', share: 0.75 }, { key: 'full', share: 0.25 }]);
  const half = barOf({ gap_reasons: { new: 20 } }, 40);
  assert.equal(half.reduce((sum, { share }) => sum + share, 0), 0.5);
});

test('it names only reasons that occur', () => {
  assert.deepEqual(reasonsOf({ gap_reasons: { left: 2, full: 0 } }).map(({ key }) => key), ['left']);
});

test('it finds a row by code or id and nothing for nothing', () => {
  const rows = [row('152223100021', 1)];
  assert.equal(rowFor(rows, '152223100021'), rows[0]);
  assert.equal(rowFor(rows, 'id-152223100021'), rows[0]);
  assert.equal(rowFor(rows, ''), null);
  assert.equal(keyOf({ id: null, code: null }), 'none');
});

test('it says so where a small number is withheld', () => {
  const measure = measureByKey('most_need');
  const small = { tier: null, withheld: ['tier'] };
  assert.ok(isWithheld(small, 'tier.zhongdian'));
  assert.equal(measure.text(small), 'small number, not shown');
  assert.equal(measure.value({ tier: { zhongdian: 7 }, withheld: [] }), 7);
});

test('it offers the levels inside an area, households only to whom may see them', () => {
  assert.deepEqual(levelsBelow('township', true), ['village', 'grid', 'household']);
  assert.deepEqual(levelsBelow('county', false), ['township', 'village', 'grid']);
  assert.deepEqual(levelsBelow('grid', false), ['unit']);
});

test('it goes one level finer with two steps of zoom', () => {
  assert.equal(levelForZoom('township', null, null), 'village');
  assert.equal(levelForZoom('township', 12.5, 11), 'village');
  assert.equal(levelForZoom('township', 13, 11), 'grid');
  assert.equal(levelForZoom('township', 19, 11), 'grid');
});

test('it guesses a level from the length of a code', () => {
  assert.equal(levelOfCode('152223100021'), 'village');
  assert.equal(levelOfCode('no-code'), '');
});

test('a remainder that holds only posts of the areas above is left out where it counts nothing', () => {
  const posts = row(null, 0, { id: null, households: 0, vacancies: 1 });
  assert.deepEqual(sortRows([posts], measureByKey('gap')), []);
  assert.deepEqual(sortRows([posts], measureByKey('vacancies')), [posts]);
});
