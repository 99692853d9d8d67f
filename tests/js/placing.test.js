import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../static/js/data/api.js';
import { accuracyAt, movedText } from '../../static/js/data/placing.js';
import { openPage } from './world.js';

const HOME = { kind: 'household', id: 'h0', name: '户0', version: 3, lon: 122.9, lat: 46.7 };

async function placing() {
  const { model, api } = await openPage();
  const sent = [];
  api.locate = async (kind, id, place) => {
    sent.push({ kind, id, ...place });
    return { version: place.version + 1, act: 'act-1' };
  };
  api.undoAct = async (act) => sent.push({ undone: act });
  return { model, api, sent };
}

test('it is as exact as a few pixels of the map it was set on', () => {
  assert.equal(accuracyAt(46.7, 18), 2);
  assert.equal(accuracyAt(46.7, 16), 10);
  assert.equal(accuracyAt(46.7, 12), 200);
  assert.equal(accuracyAt(46.7, 3), 2000);
});

test('it saves nothing before the pin has moved', async () => {
  const { model, sent } = await placing();
  model.placing.start(HOME);
  assert.equal(model.placing.savable, false);
  await model.placing.save();
  assert.deepEqual(sent, []);
});

test('it saves where the pin was put, with source, accuracy and version', async () => {
  const { model, sent } = await placing();
  model.placing.start(HOME);
  assert.equal(model.touched({ lon: 122.901, lat: 46.7 }, 17), true);
  await model.placing.save();
  assert.deepEqual(sent, [{
    kind: 'household', id: 'h0', lon: 122.901, lat: 46.7, accuracy_m: 5, source: 'pin', version: 3,
  }]);
  assert.equal(model.state.move, null);
  assert.equal(model.state.moved.shift, 'east 76 m');
});

test('it keeps an accuracy chosen by hand when the pin moves on', async () => {
  const { model } = await placing();
  model.placing.start(HOME);
  model.placing.put({ lon: 122.901, lat: 46.7 }, 17);
  model.placing.setAccuracy(50);
  model.placing.put({ lon: 122.902, lat: 46.7 }, 19);
  assert.equal(model.state.move.accuracy, 50);
});

test('it shows the place of whoever moved it meanwhile, and lets ours be saved knowingly', async () => {
  const { model, api, sent } = await placing();
  const { locate } = api;
  const theirs = { error: '', lon: 122.91, lat: 46.71, version: 7, by: '葛格长', at: '2026-11-22 09:00' };
  api.locate = async () => { throw new ApiError('moved', 409, theirs); };
  model.placing.start(HOME);
  model.placing.put({ lon: 122.901, lat: 46.7 }, 17);
  await model.placing.save();
  assert.deepEqual(model.state.move.conflict, theirs);
  api.locate = locate;
  await model.placing.keepMine();
  assert.equal(sent[0].version, 7);
  assert.equal(model.state.move, null);
});

test('it leaves their place where it is when ours is given up', async () => {
  const { model, api } = await placing();
  api.locate = async () => { throw new ApiError('moved', 409, { lon: 1, lat: 1, version: 7, by: '', at: '' }); };
  model.placing.start(HOME);
  model.placing.put({ lon: 122.901, lat: 46.7 }, 17);
  await model.placing.save();
  await model.placing.useTheirs();
  assert.equal(model.state.move, null);
  assert.equal(model.state.moved, null);
});

test('it learns where a unit stands before moving it', async () => {
  const { model, api, sent } = await placing();
  api.placeOf = async () => ({ lon: 122.9, lat: 46.7, version: 4, accuracy: null });
  await model.placing.startUnit({ id: 'u1', name: '单元' });
  model.placing.put({ lon: 122.901, lat: 46.7 }, 17);
  await model.placing.save();
  assert.equal(sent[0].kind, 'area');
  assert.equal(sent[0].version, 4);
});

test('it says why it could not be saved and keeps the pin where it was put', async () => {
  const { model, api } = await placing();
  api.locate = async () => { throw new ApiError('Outside the county.', 400); };
  model.placing.start(HOME);
  model.placing.put({ lon: 122.901, lat: 46.7 }, 17);
  await model.placing.save();
  assert.equal(model.state.move.error, 'Outside the county.');
  assert.equal(model.state.move.at.lon, 122.901);
});

test('it takes a move back', async () => {
  const { model, sent } = await placing();
  model.placing.start({ ...HOME, lon: null, lat: null });
  model.placing.put({ lon: 122.901, lat: 46.7 }, 17);
  await model.placing.save();
  assert.equal(movedText(model.state.moved), '户0 is on the map now.');
  await model.placing.undo();
  assert.deepEqual(sent.at(-1), { undone: 'act-1' });
  assert.equal(model.state.moved.undone, true);
});
