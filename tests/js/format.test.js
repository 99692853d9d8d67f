import assert from 'node:assert/strict';
import { test } from 'node:test';
import { _, distance, integer, ngettext, percent, shortDate, signed } from '../../static/js/data/i18n.js';

test('it groups thousands', () => {
  assert.equal(integer(19870), '19,870');
  assert.equal(integer(412), '412');
});

test('it never rounds a share to everybody or nobody', () => {
  assert.equal(percent(0.9997), '99.9%');
  assert.equal(percent(0.0001), '0.1%');
  assert.equal(percent(1), '100%');
  assert.equal(percent(0), '0%');
  assert.equal(percent(0.9786), '97.9%');
});

test('it leaves a share without a denominator blank', () => {
  assert.equal(percent(null), '—');
});

test('it writes a change with a real minus', () => {
  assert.equal(signed(-23), '−23');
  assert.equal(signed(1200), '+1,200');
  assert.equal(signed(0), '±0');
});

test('it shortens dates of this year only', () => {
  assert.equal(shortDate('2026-11-03', '2026-11-22'), '11/3');
  assert.equal(shortDate('2025-11-03', '2026-11-22'), '2025-11-03');
});

test('it gives metres below a kilometre and kilometres above', () => {
  assert.equal(distance(320), '320 m');
  assert.equal(distance(1120), '1.1 km');
  assert.equal(distance(18040), '18 km');
});

test('it fills named places and chooses the plural', () => {
  assert.equal(_('%(a)s of %(b)s', { a: 1, b: 2 }), '1 of 2');
  assert.equal(ngettext('%(n)s household', '%(n)s households', 1), '1 household');
  assert.equal(ngettext('%(n)s household', '%(n)s households', 1200), '1,200 households');
});
