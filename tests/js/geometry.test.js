import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf, degrees, graticuleStep, inRings, placeLabels } from '../../static/js/data/geometry.js';

const square = (x, y, side) => [
  { x, y }, { x: x + side, y }, { x: x + side, y: y + side }, { x, y: y + side }, { x, y },
];

test('it tells inside from outside, holes included', () => {
  const rings = [square(0, 0, 10), square(4, 4, 2)];
  assert.equal(inRings(1, 1, rings), true);
  assert.equal(inRings(5, 5, rings), false);
  assert.equal(inRings(11, 5, rings), false);
  assert.deepEqual(boxOf(rings), { minX: 0, minY: 0, maxX: 10, maxY: 10 });
});

test('it gives a point on a shared edge to one of two neighbours', () => {
  const hits = [square(0, 0, 10), square(10, 0, 10)].filter((ring) => inRings(10, 5, [ring]));
  assert.equal(hits.length, 1);
});

test('it leaves out names that would cover more important ones', () => {
  const label = (name, x, priority, fixed) => ({ name, x, y: 0, width: 40, height: 16, priority, fixed });
  const names = (list) => placeLabels(list).map(({ name }) => name);
  assert.deepEqual(names([label('a', 0, 1), label('b', 20, 2), label('c', 100, 0)]), ['b', 'c']);
  assert.deepEqual(names([label('a', 0, 1, true), label('b', 20, 9)]), ['a']);
});

test('it draws a handful of graticule lines and names them shortly', () => {
  assert.equal(graticuleStep(0.4), 0.1);
  assert.equal(degrees(122.9, 0.1), '122.9°');
  assert.equal(degrees(46.7, 0.05), '46.70°');
});

test('it lets a label give way to a symbol where there is room', () => {
  const label = { x: 50, y: 50, width: 40, height: 16, priority: 1 };
  const [placed] = placeLabels([label], 2, [{ x: 50, y: 46, width: 18, height: 18 }]);
  assert.equal(placed.y, 65);
  const around = (soft) => [50, 65, 35].map((y) => ({ x: 50, y, width: 18, height: 18, soft }));
  assert.deepEqual(placeLabels([label], 2, around(true)).map(({ y }) => y), [50]);
  assert.deepEqual(placeLabels([label], 2, around(false)), []);
  assert.equal(placeLabels([{ ...label, fixed: true }], 2, around(false)).length, 1);
});
