/** Every sentence in the modules has its Chinese, and the Chinese keeps every named place. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), 'utf-8');

function sources() {
  return readdirSync(new URL('static/js/', ROOT), { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => read(`static/js/${name.replaceAll('\\', '/')}`));
}

function used() {
  const words = new Set();
  const call = /\b(?:_|ngettext)\(\s*'((?:[^'\\]|\\.)+)'/g;
  for (const source of sources()) for (const [, text] of source.matchAll(call)) words.add(text);
  return words;
}

function translated() {
  const entries = new Map();
  const entry = /^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?msgstr(?:\[0\])? "(.*)"$/gm;
  const text = read('locale/zh_Hans/LC_MESSAGES/djangojs.po');
  for (const [, id, , chinese] of text.matchAll(entry)) {
    assert.ok(!entries.has(id), `twice: ${id}`);
    entries.set(id, chinese);
  }
  return entries;
}

test('it has Chinese for every sentence', () => {
  const chinese = translated();
  const missing = [...used()].filter((text) => !chinese.get(text));
  assert.deepEqual(missing, []);
});

test('it uses no named place in Chinese that the sentence does not give', () => {
  const places = (text) => new Set(text.match(/%\(\w+\)s/g) ?? []);
  for (const [id, text] of translated()) {
    for (const place of places(text)) assert.ok(places(id).has(place), `${place} in ${text}`);
  }
});
