import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Painter } from '../../static/js/map/painter.js';
import { openPage } from './world.js';

const village = { id: 'id-152223100021' };

/** A painter that has read what a page shows. */
async function painterOf(search) {
  const { model } = await openPage(search);
  const painter = new Painter(model);
  painter.read(model.state);
  return painter;
}

test('it keeps the class of a chosen village along its edge while its grids are drawn inside', async () => {
  const plain = (await painterOf('')).areaStyle(village);
  const chosen = (await painterOf('?sel=152223100021')).areaStyle(village);
  assert.equal(chosen.fill, null);
  assert.equal(chosen.band, plain.fill);
  assert.equal(plain.band, null);
});

test('it fills a chosen grid, inside which nothing is drawn', async () => {
  const grid = { id: 'id-152223100021001' };
  const chosen = (await painterOf('?level=grid&sel=152223100021001')).areaStyle(grid);
  const plain = (await painterOf('?level=grid')).areaStyle(grid);
  assert.deepEqual([chosen.fill, chosen.band], [plain.fill, null]);
});
