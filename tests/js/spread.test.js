import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fan, groupPins, stackPoints } from '../../static/js/data/spread.js';

test('it stacks what stands at one point and leaves the others alone', () => {
  const { alone, stacks } = stackPoints([0.5, 0.1, 0.5, 0.9, 0.5], [0.5, 0.1, 0.5, 0.9, 0.5], 0.001);
  assert.deepEqual(alone, [1, 3]);
  assert.deepEqual(stacks, [[0, 2, 4]]);
});

test('it stacks across the edge of a tile as within it', () => {
  const { stacks } = stackPoints([-0.01, -0.01], [1.01, 1.01], 0.001);
  assert.deepEqual(stacks, [[0, 1]]);
});

test('it groups pins that touch and no others', () => {
  const groups = groupPins([{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 40, y: 0 }], 15);
  assert.deepEqual(groups.map(({ pins }) => pins.length), [2, 1]);
  assert.deepEqual([groups[0].x, groups[0].y], [5, 0]);
});

test('it never chains far pins into one group', () => {
  const row = Array.from({ length: 10 }, (_unused, i) => ({ x: i * 10, y: 0 }));
  for (const { pins } of groupPins(row, 15)) {
    assert.ok(pins.every(({ x }) => Math.abs(x - pins[0].x) < 15));
  }
});

test('it groups thousands of pins without comparing each with each', () => {
  const pins = Array.from({ length: 20000 }, (_unused, i) => ({ x: (i * 7919) % 2000, y: (i * 104729) % 1000 }));
  const groups = groupPins(pins, 15);
  assert.equal(groups.reduce((sum, group) => sum + group.pins.length, 0), 20000);
});

test('it fans pins out around their place so that none touches another', () => {
  for (const n of [2, 3, 7, 8, 20, 45]) {
    const places = fan(n, 26);
    assert.equal(places.length, n);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const apart = Math.hypot(places[i].dx - places[j].dx, places[i].dy - places[j].dy);
        assert.ok(apart > 20, `${n}: ${apart}`);
      }
    }
  }
  assert.deepEqual(fan(1, 26), [{ dx: 0, dy: 0 }]);
});
