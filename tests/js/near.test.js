import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askPosition, away, bearingWord, between, byDistance, positionTrouble,
} from '../../static/js/data/near.js';

const HERE = { lon: 120, lat: 45 };

test('it names eight directions, each 45 degrees wide', () => {
  assert.equal(bearingWord(0), 'north');
  assert.equal(bearingWord(22), 'north');
  assert.equal(bearingWord(23), 'north-east');
  assert.equal(bearingWord(135), 'south-east');
  assert.equal(bearingWord(359), 'north');
  assert.equal(bearingWord(-90), 'west');
});

test('it measures as the ground does', () => {
  const north = between(HERE, { lon: 120, lat: 45.01 });
  assert.ok(Math.abs(north.metres - 1112) < 2, String(north.metres));
  assert.equal(Math.round(north.bearing), 0);
  const east = between(HERE, { lon: 120.01, lat: 45 });
  assert.ok(Math.abs(east.metres - 786) < 2, String(east.metres));
  assert.equal(Math.round(east.bearing), 90);
});

test('it tells distance with direction, and none for where one stands', () => {
  assert.equal(away({ metres: 350, bearing: 135 }), 'south-east 350 m');
  assert.equal(away({ metres: 2, bearing: 135 }), 'right here');
});

test('it puts the nearest first and those without a location last', () => {
  const rows = byDistance([
    { id: 'far', lon: 120.1, lat: 45 }, { id: 'none', lon: null, lat: null }, { id: 'near', lon: 120.01, lat: 45 },
  ], HERE);
  assert.deepEqual(rows.map(({ id }) => id), ['near', 'far', 'none']);
  assert.equal(rows[2].metres, null);
});

test('it says what to do when there is no position', async () => {
  const refusing = { getCurrentPosition: (_ok, fail) => fail({ code: 1 }) };
  await assert.rejects(askPosition({ geolocation: refusing, secure: true }), { message: positionTrouble(1) });
  await assert.rejects(askPosition({ geolocation: refusing, secure: false }), { message: positionTrouble(0) });
  assert.equal(new Set([0, 1, 2, 3].map(positionTrouble)).size, 4);
});

test('it gives the position with its accuracy', async () => {
  const geolocation = {
    getCurrentPosition: (ok) => ok({ coords: { longitude: 120, latitude: 45, accuracy: 30 } }),
  };
  assert.deepEqual(await askPosition({ geolocation, secure: true }), { lon: 120, lat: 45, accuracy: 30 });
});
