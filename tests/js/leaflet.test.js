/** Leaflet comes by the names that are used, and no others. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const SCRIPTS = new URL('../../static/js/', import.meta.url);
const read = (name) => readFileSync(new URL(name.replaceAll('\\', '/'), SCRIPTS), 'utf-8');

test('it exports each name of Leaflet that some module uses', () => {
  const used = new Set();
  for (const name of readdirSync(SCRIPTS, { recursive: true })) {
    if (!name.endsWith('.js') || !/from 'leaflet'/.test(read(name))) continue;
    for (const [, word] of read(name).matchAll(/(?<![.\w])L\.(\w+)/g)) used.add(word);
  }
  const [, list] = /export const \{([^}]+)\}/.exec(read('map/leaflet.js'));
  assert.deepEqual(list.match(/\w+/g).sort(), [...used].sort());
});
