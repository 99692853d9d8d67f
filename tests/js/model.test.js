import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './world.js';

const settled = () => new Promise((resolve) => { setTimeout(resolve); });

test('it opens with the villages of the town', async () => {
  const { model, api } = await openPage();
  assert.equal(model.level, 'village');
  assert.deepEqual(api.asked, ['coverage 152223100 village ']);
  assert.equal(model.state.coverage.total.gap, 4);
});

test('it tells the change since last month after the numbers of the day', async () => {
  const { model } = await openPage();
  await settled();
  assert.equal(model.state.previous.gap, 5);
});

test('it opens what an address names', async () => {
  const { model } = await openPage('?level=grid&sel=152223100021001&measure=linked_rate');
  assert.equal(model.selected.code, '152223100021001');
  assert.equal(model.measure.key, 'linked_rate');
});

test('it shows the grids inside a selected village', async () => {
  const { model } = await openPage();
  await model.select('152223100021');
  assert.deepEqual(model.state.inner.rows.map(({ code }) => code), ['152223100021001', '152223100021002']);
  await model.select('152223100021');
  assert.equal(model.state.inner, null);
});

test('it writes each choice to the address and returns by it', async () => {
  const { model, addresses } = await openPage();
  await model.setMeasure('linked_rate');
  await model.select('152223100022');
  assert.deepEqual(addresses, ['?measure=linked_rate', '?measure=linked_rate&sel=152223100022']);
  await model.arrive('?measure=linked_rate');
  assert.equal(model.selected, null);
  assert.equal(model.measure.key, 'linked_rate');
});

test('it lists grids when a village is entered, though only its code is known', async () => {
  const { model, api } = await openPage();
  await model.enter({ id: 'id-152223100021', code: '152223100021', level: 'village' });
  assert.equal(api.asked.at(-1), 'coverage 152223100021 grid ');
  assert.equal(model.level, 'grid');
});

test('it takes the finer level two zoom steps closer, unless one was chosen', async () => {
  const { model } = await openPage();
  model.fitted(11);
  await model.moved({ lat: 46.7, lng: 122.9, zoom: 13 });
  assert.equal(model.level, 'grid');
  await model.setLevel('village');
  assert.equal(model.level, 'village');
});

test('it loads the finer level of an address with a near view once it knows how near that is', async () => {
  const { model, api } = await openPage('?at=46.70000,122.90000,14');
  assert.equal(model.state.coverage.level, 'village');
  await model.fitted(11);
  assert.equal(model.state.coverage.level, 'grid');
  assert.equal(api.asked[1], 'coverage 152223100 grid ');
});

test('it asks again only for what changed', async () => {
  const { model, api } = await openPage();
  await model.setMeasure('vacancies');
  assert.equal(api.asked.length, 1);
  await model.setDate('2026-11-01');
  assert.equal(api.asked.at(-1), 'coverage 152223100 village 2026-11-01');
  assert.equal(model.canLink, false);
});

test('it says what to do when the server fails, and recovers', async () => {
  const { model, api } = await openPage();
  const { coverage } = api;
  api.coverage = async () => { throw new Error('Try again.'); };
  await model.setDate('2026-11-01');
  assert.equal(model.state.error, 'Try again.');
  api.coverage = coverage;
  await model.refresh();
  assert.equal(model.state.error, '');
});

test('it has no level of households for whom sees only counts', async () => {
  const { model } = await openPage('?level=household', { link: false, households: false });
  assert.deepEqual(model.levels, ['village', 'grid']);
  assert.equal(model.level, 'village');
});

test('it knows which village a grid lies in while it lists the grids of a town', async () => {
  const { model } = await openPage('?level=grid');
  await settled();
  assert.equal(model.villageOf({ code: '152223100021001' }), '152223100021');
  await model.enter({ id: 'id-152223100021', code: '152223100021', level: 'village' });
  assert.equal(model.villageOf({ code: '152223100021001' }), '');
});

test('it lies on the first base map until another or none is chosen', async () => {
  const choices = [{ key: 'map' }, { key: 'image' }];
  const { model, addresses } = await openPage('', {}, choices);
  assert.equal(model.base, 'map');
  await model.setBase('image');
  assert.equal(model.base, 'image');
  await model.setBase('');
  assert.equal(model.base, '');
  assert.equal(addresses.at(-1), '?base=none');
  await model.setBase('map');
  assert.equal(addresses.at(-1), '');
});

test('it has no base map where none is configured', async () => {
  assert.equal((await openPage('?base=image')).model.base, '');
});
