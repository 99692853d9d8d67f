import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultText } from '../../static/js/data/linking.js';
import { openPage } from './world.js';

test('it lists the households of a gap page by page', async () => {
  const { model } = await openPage();
  await model.linking.open();
  assert.equal(model.state.gap.total, 4);
  assert.equal(model.state.gap.rows.length, 2);
  await model.linking.more();
  assert.deepEqual(model.state.gap.rows.map(({ id }) => id), ['h0', 'h1', 'h2', 'h3']);
  assert.equal(model.state.gap.next, null);
});

test('it names a contact, and the number falls', async () => {
  const { model, addresses } = await openPage();
  await model.select('152223100021');
  await model.linking.open();
  model.linking.pickAll(true);
  await model.linking.choose();
  assert.equal(model.state.candidates.chosen, 'p-free');
  await model.linking.confirm();
  assert.equal(model.target.gap, 1);
  assert.equal(model.state.coverage.total.gap, 2);
  assert.deepEqual(
    [model.state.result.before, model.state.result.after, model.state.result.person], [3, 1, '空'],
  );
  assert.equal(model.state.picked.size, 0);
  assert.equal(addresses.at(-1), '?sel=152223100021&open=gap');
});

test('it leads back to the card that naming began on', async () => {
  const { model, api } = await openPage();
  const id = '00000000-0000-4000-8000-000000000001';
  api.card = async () => ({ id, head: '户', lon: null, lat: null, links: [], area: { code: '152223100021001' } });
  await model.showPlace({ id });
  await model.linking.chooseFor(id);
  assert.equal(model.route.open, 'link');
  await model.linking.back();
  assert.deepEqual([model.route.home, model.route.open], [id, '']);
  await model.linking.chooseFor(id);
  await model.linking.confirm();
  assert.deepEqual([model.route.home, model.route.open, model.state.result.home], [id, '', id]);
  await model.linking.open();
  model.linking.pick('h0', true);
  await model.linking.choose();
  await model.linking.confirm();
  assert.deepEqual([model.route.open, model.state.result.home], ['gap', '']);
});

/** A page where one household of a village's list was given a contact. */
async function named(search = '?sel=152223100021') {
  const page = await openPage(search);
  await page.model.linking.open();
  page.model.linking.pick('h0', true);
  await page.model.linking.choose();
  await page.model.linking.confirm();
  assert.equal(page.model.state.result.person, '空');
  return page;
}

test('it says what was named until another area is opened', async () => {
  const { model } = await named();
  await model.linking.filter('unassigned');
  await model.go({ open: '', reason: '' });
  assert.ok(model.state.result);
  await model.select('152223100022');
  assert.equal(model.state.result, null);
});

test('it says what was named on one card on no other card', async () => {
  const [id, other] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
  const { model, api } = await openPage();
  api.card = async (key) => ({ id: key, head: '户', links: [], area: { code: '152223100021001' } });
  await model.showPlace({ id });
  await model.linking.chooseFor(id);
  await model.linking.confirm();
  await model.showPlace(null);
  await model.showPlace({ id });
  assert.equal(model.state.result.home, id);
  await model.showPlace({ id: other });
  assert.equal(model.state.result, null);
});

test('it says nothing of an area that was left while it was being saved', async () => {
  const { model, api } = await openPage('?sel=152223100021');
  await model.linking.open();
  model.linking.pick('h0', true);
  await model.linking.choose();
  const { link } = api;
  api.link = async (...asked) => {
    await model.select('152223100022');
    return link.call(api, ...asked);
  };
  await model.linking.confirm();
  assert.equal(model.state.result, null);
});

test('it undoes what it did', async () => {
  const { model } = await openPage();
  await model.linking.open();
  model.linking.pick('h0', true);
  await model.linking.choose();
  await model.linking.confirm();
  await model.linking.undo();
  assert.equal(model.state.coverage.total.gap, 4);
  assert.equal(model.state.result.undone, true);
});

test('it takes back the act it was told, and says why one stays', async () => {
  const { model, api } = await openPage();
  await model.linking.open();
  model.linking.pickAll(true);
  await model.linking.choose();
  await model.linking.confirm();
  assert.equal(model.state.result.act, 'act-1');
  const { undoAct } = api;
  api.undoAct = async () => { throw new Error('Something was built on it.'); };
  await model.linking.undo();
  assert.deepEqual(
    [model.state.result.error, model.state.result.undone], ['Something was built on it.', false],
  );
  api.undoAct = undoAct;
  await model.linking.undo();
  assert.deepEqual([model.state.result.error, model.state.result.undone], ['', true]);
  assert.equal(api.acts.size, 0);
});

test('it asks for people of the smallest area the picked households share', async () => {
  const { model, api } = await openPage();
  await model.linking.open();
  await model.linking.more();
  for (const [ids, area] of [
    [['h0', 'h1'], '152223100021001'], [['h0', 'h2'], '152223100021'], [['h0', 'h3'], '152223100'],
  ]) {
    model.linking.pickAll(false);
    for (const id of ids) model.linking.pick(id, true);
    await model.linking.choose();
    assert.equal(api.asked.at(-1), `candidates ${area}`);
    await model.go({ open: 'gap' });
  }
});

test('it keeps the choice and says why when naming fails', async () => {
  const { model, api } = await openPage();
  await model.linking.open();
  model.linking.pick('h0', true);
  await model.linking.choose();
  api.link = async () => { throw new Error('Somebody else was quicker.'); };
  await model.linking.confirm();
  assert.equal(model.state.candidates.error, 'Somebody else was quicker.');
  assert.equal(model.state.picked.size, 1);
  assert.equal(model.state.candidates.saving, false);
});

test('it does not open the choice of people without households', async () => {
  const { model, addresses } = await openPage('?open=link');
  assert.equal(model.route.open, 'gap');
  assert.equal(addresses.at(-1), '?open=gap');
});

test('it tells what happened in one sentence', () => {
  const text = resultText({ links: ['a', 'b'], person: '空', undone: false, before: 44, after: 42 });
  assert.equal(text, '空 is now the contact of 2 households. Without contact: 44, now 42.');
});
