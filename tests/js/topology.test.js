/** Shared borders by their vertices: what is inner, what slides, who follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Borders, inks, inserted, keyOf, moved, nearestOn, neighbours } from '../../static/js/data/topology.js';

const box = (x0, y0, x1, y1) => [[[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]]];
const VILLAGE = { id: 'v', geometry: box(0, 0, 3, 2) };
const WEST = { key: 'w', village: 'v', geometry: box(0, 0, 1, 2) };
// The middle one has a node of its own on the border to the open land in the east.
const MIDDLE = { key: 'm', village: 'v', geometry: [[[[1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [1, 0]]]] };
const borders = () => new Borders([WEST, MIDDLE], [VILLAGE]);

test('inner borders are those between areas and those to open land', () => {
  const found = borders().edges.map(({ a, b, areas }) => `${keyOf(a)} ${keyOf(b)} ${areas.join('+')}`);
  assert.deepEqual(found.sort(), ['1,0 1,2 w+m', '2,0 2,1 m', '2,1 2,2 m']);
});

test('an end on the outline slides along it, a vertex inside goes anywhere', () => {
  const all = borders();
  assert.deepEqual([...all.vertices.keys()].sort(), ['1,0', '1,2', '2,0', '2,1', '2,2']);
  const end = all.vertices.get('1,0');
  assert.equal(end.rim, true);
  assert.deepEqual(all.allowed(end, [1.5, 0.4]), [1.5, 0]);
  const free = all.vertices.get('2,1');
  assert.equal(free.rim, false);
  assert.deepEqual(all.allowed(free, [2.123456789, 1.3]), [2.12345679, 1.3]);
  assert.equal(all.removable(free), true);
  assert.equal(all.removable(end), false);
});

test('both neighbours follow', () => {
  const west = inserted(WEST.geometry, [1, 0], [1, 2], [1.2, 1]);
  const middle = inserted(MIDDLE.geometry, [1, 0], [1, 2], [1.2, 1]);
  assert.deepEqual(west[0][0], [[0, 0], [1, 0], [1.2, 1], [1, 2], [0, 2], [0, 0]]);
  assert.deepEqual(middle[0][0], [[1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [1.2, 1], [1, 0]]);
  assert.deepEqual(moved(west, '1.2,1', [1.4, 1])[0][0][2], [1.4, 1]);
  assert.deepEqual(moved(MIDDLE.geometry, '1,0', [1.1, 0])[0][0].map(keyOf).filter((key) => key === '1.1,0').length, 2);
});

test('the areas of an edge are found whichever way it runs', () => {
  assert.deepEqual(borders().areasAt([1, 2], [1, 0]).sort(), ['m', 'w']);
  assert.deepEqual(borders().areasAt([0, 0], [1, 2]), []);
});

test('neighbours get different inks and know each other', () => {
  const all = borders();
  const found = inks([WEST, MIDDLE], all);
  assert.notEqual(found.get('w'), found.get('m'));
  assert.deepEqual([...neighbours('w', all)], ['m']);
});

test('the nearest place on an outline counts a degree of longitude shorter in the north', () => {
  const { at } = nearestOn([[[[0, 60], [2, 60], [2, 62], [0, 62], [0, 60]]]], [1.2, 60.9]);
  assert.deepEqual(at.map((n) => Number(n.toFixed(6))), [2, 60.9]);
});
