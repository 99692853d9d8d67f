import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkPoints } from '../../static/js/data/details.js';
import { openPage } from './world.js';

const ID = '00000000-0000-4000-8000-000000000001';
const CARD = { id: ID, head: '户0', lon: 122.9, lat: 46.7, accuracy_m: 20, version: 1, links: [], can: {} };

async function page(search, can) {
  const opened = await openPage(search, can);
  opened.api.card = async ({ id }) => ({ ...CARD, id });
  opened.api.near = async (query) => {
    opened.api.asked.push(`near ${query.lon} ${query.own}`);
    return { rows: [{ id: ID, lon: 122.9, lat: 46.7, links: [], distance_m: 5, bearing: 0 }] };
  };
  return opened;
}

test('it opens the card of a household and keeps it in the address', async () => {
  const { model, addresses } = await page('');
  await model.showPlace({ id: ID, lon: 122.9, lat: 46.7, here: true });
  assert.equal(model.state.card.data.head, '户0');
  assert.deepEqual(addresses, [`?home=${ID}`]);
  await model.showPlace(null);
  assert.equal(model.state.card, null);
  assert.equal(addresses.at(-1), '');
});

test('it moves to a household the map does not show yet, and not to one it does', async () => {
  const { model } = await page('');
  await model.showPlace({ id: ID });
  assert.equal(model.state.place.here, false);
  await model.showPlace(null);
  await model.showPlace({ id: ID, lon: 122.9, lat: 46.7, here: true });
  assert.equal(model.state.place.here, true);
});

test('it opens no household for whom sees only counts', async () => {
  const { model } = await page(`?home=${ID}`, { link: false, households: false });
  assert.equal(model.state.card, null);
});

test('it tells a phone where it was asked for, and why it cannot', async () => {
  const { model, api } = await page('');
  api.phone = async () => ({ phone: '13900000001' });
  await model.places.askPhone(ID);
  assert.deepEqual(model.state.phones.get(ID), { number: '13900000001' });
  api.phone = async () => { throw new Error('No connection.'); };
  await model.places.askPhone('other');
  assert.deepEqual(model.state.phones.get('other'), { error: 'No connection.' });
});

test('it lists the households at one point and comes back to them', async () => {
  const { model, api } = await page('');
  api.at = async () => ({ total: 1, rows: [{ id: ID, head: '户0', links: [] }] });
  await model.showStack({ lon: 122.9, lat: 46.7 });
  assert.equal(model.state.stack.rows.length, 1);
  await model.showPlace({ id: ID });
  await model.showPlace(null);
  assert.equal(model.state.stack.rows.length, 1);
  await model.showPlace(null);
  assert.equal(model.state.stack, null);
});

test('it keeps a chosen point in the address, but never where a person stands', async () => {
  const { model, addresses } = await page('');
  model.nearby.locate = async () => ({ lon: 122.95, lat: 46.75, accuracy: 10 });
  await model.nearby.aroundMe();
  assert.equal(model.state.near.rows.length, 1);
  assert.ok(addresses.every((address) => !address.includes('122.95')));
  model.nearby.pick();
  model.touched({ lon: 122.9, lat: 46.7 }, 15);
  await model.refresh();
  assert.equal(addresses.at(-1), '?near=122.900000,46.700000');
  assert.equal(model.state.near.me, false);
});

test('it asks for own households only where the person wants them', async () => {
  const { model, api } = await page('?near=122.9,46.7&own=1');
  await model.refresh({ force: true });
  assert.equal(api.asked.at(-1), 'near 122.9 1');
  await model.nearby.setOwn(false);
  assert.equal(api.asked.at(-1), 'near 122.9 ');
});

test('it says why there is no position', async () => {
  const { model } = await page('');
  model.nearby.locate = async () => { throw new Error('Switch on location.'); };
  await model.nearby.aroundMe();
  assert.equal(model.state.near.error, 'Switch on location.');
  await model.nearby.toggle();
  assert.equal(model.state.near, null);
});

test('it draws a line from the first week to the last', () => {
  assert.equal(sparkPoints([0, 10, 5], 100, 20), '0.0,20.0 50.0,0.0 100.0,10.0');
  assert.equal(sparkPoints([3, 3], 100, 20), '0.0,20.0 100.0,20.0');
});
