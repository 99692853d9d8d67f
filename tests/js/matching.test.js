import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyFound } from '../../static/js/data/matching.js';

const ROW = { head: '王秋禾', serial: 'YDR-00123', address: '源龙路 5 号楼' };

test('it tells by what a household was found', () => {
  for (const [text, why] of [
    ['秋禾', 'name'], ['ydr-00123', 'number'], ['00123', 'number'], ['源龙', 'address'],
    ['wqh', 'initials'], ['1380001 0009', 'end of the phone'], ['0009', 'end of the phone'], ['连户长', 'contact'],
  ]) assert.equal(whyFound(ROW, text), why, text);
});

test('it does without a number or an address', () => {
  assert.equal(whyFound({ head: '王秋禾', serial: '', address: null }, '0009'), 'end of the phone');
});
