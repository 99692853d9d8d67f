import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './world.js';

const RUNNING = { kind_label: '雪灾', closes_at: '2026-11-23T09:00:00Z', reads: true, url: '/emergency/e1/' };

/** A page whose areas have an emergency list, or may have one opened. */
async function page(search = '', told = { running: null, may_open: true }) {
  const opened = await openPage();
  const { model, api } = opened;
  const asked = [];
  api.posts = async () => ({ rows: [], roles: [], more: 0 });
  api.emergency = async (id) => {
    asked.push(id);
    return told;
  };
  await model.arrive(search);
  return { ...opened, asked };
}

test('it asks for the emergency list of the area that is selected', async () => {
  const { model, asked } = await page('?sel=152223100021', { running: RUNNING, may_open: false });
  assert.deepEqual(model.state.details.emergency.running, RUNNING);
  await model.select('152223100022');
  assert.deepEqual(asked, ['id-152223100021', 'id-152223100022']);
});

test('it asks for none on an earlier day: a list is opened and read now', async () => {
  const { model, asked } = await page('?sel=152223100021&on=2026-11-01');
  assert.equal(model.state.details.emergency, null);
  assert.deepEqual(asked, []);
});

test('it shows the rest of the panel where the list could not be asked for', async () => {
  const { model, api } = await page();
  api.emergency = async () => { throw new Error('no answer'); };
  await model.select('152223100021');
  assert.equal(model.state.details.emergency, null);
  assert.equal(model.state.details.error, '');
  assert.deepEqual(model.state.details.posts.rows, []);
});
