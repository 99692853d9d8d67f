import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Selection } from '../../static/js/data/selection.js';

test('a row is chosen with the one beside it, up and down', () => {
  const selection = new Selection(['a', 'b', 'c', 'd'], 9);
  selection.extend('b', 'c');
  selection.extend('c', 'd');
  assert.deepEqual([...selection.chosen], ['b', 'c', 'd']);
  selection.turn('a', true);
  assert.equal(selection.size, 4);
  assert.ok(selection.page && selection.beyond);
});

test('a row turned over leaves all that fit for the page', () => {
  const selection = new Selection(['a', 'b'], -10000);
  selection.setAll();
  assert.equal(selection.label('more than {n}'), 'more than 10,000');
  selection.turn('a');
  assert.deepEqual([selection.all, selection.size], [false, 1]);
});
