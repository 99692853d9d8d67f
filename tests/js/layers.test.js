import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOn, switched } from '../../static/js/data/layers.js';
import { openPage } from './world.js';

test('it keeps only what differs from the default', () => {
  const start = { show: '', hide: '' };
  const shown = switched('density', true, start, false);
  assert.deepEqual(shown, { show: 'density', hide: '' });
  assert.deepEqual(switched('density', false, shown, false), start);
  assert.deepEqual(switched('issues', false, shown, true), { show: 'density', hide: 'issues' });
});

test('it follows the address before the default', () => {
  assert.equal(isOn('issues', { show: '', hide: 'issues' }, true), false);
  assert.equal(isOn('households', { show: 'households,density', hide: '' }, false), true);
  assert.equal(isOn('households', { show: 'nonsense', hide: '' }, false), false);
});

test('it draws matters from the start and writes to the address that they are hidden', async () => {
  const { model, addresses } = await openPage();
  assert.equal(model.shows('issues'), true);
  await model.toggleLayer('issues');
  assert.equal(model.shows('issues'), false);
  assert.equal(addresses.at(-1), '?hide=issues');
});

test('it draws households by themselves where they are the level', async () => {
  const { model } = await openPage();
  assert.equal(model.shows('households'), false);
  await model.setLevel('household');
  assert.equal(model.shows('households'), true);
  await model.toggleLayer('households');
  assert.equal(model.shows('households'), false);
});

test('it offers nothing that may not be seen', async () => {
  const { model } = await openPage('?show=households,density', { link: false, households: false });
  assert.deepEqual(model.layers, ['issues', 'activities']);
  assert.equal(model.shows('households'), false);
  assert.equal(model.shows('density'), false);
});

test('it draws no density on an earlier day, but keeps it switched on', async () => {
  const can = { link: true, households: true, needs: true };
  const { model } = await openPage('?show=density&on=2026-11-01', can);
  assert.deepEqual([model.switchedOn('density'), model.shows('density')], [true, false]);
  await model.setDate('');
  assert.equal(model.shows('density'), true);
});
