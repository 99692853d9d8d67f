import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundBy } from '../../static/js/data/matching.js';

test('it says by what a household was found, and nothing where it does not know', () => {
  assert.equal(foundBy('phone'), 'end of the phone');
  assert.equal(foundBy('initials'), 'initials');
  assert.equal(foundBy('shoe'), '');
});
