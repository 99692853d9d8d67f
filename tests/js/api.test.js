import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../static/js/data/api.js';

function answering(status, body) {
  const calls = [];
  const send = async (url, options) => {
    calls.push({ url, options });
    return { ok: status < 400, status, json: async () => body };
  };
  return { calls, api: new Api({ send, csrf: () => 'token' }) };
}

test('it leaves out parameters that say nothing', async () => {
  const { calls, api } = answering(200, { rows: [] });
  await api.coverage({ area: '152223', level: 'village', on: '' });
  assert.equal(calls[0].url, '/api/v1/coverage?area=152223&level=village');
});

test('it sends search text in the body, never in the address', async () => {
  const { calls, api } = answering(200, {});
  await api.search('王秋禾');
  assert.equal(calls[0].url, '/api/v1/search');
  assert.equal(calls[0].options.body, '{"q":"王秋禾"}');
  assert.equal(calls[0].options.headers['X-CSRFToken'], 'token');
});

test('it passes on the sentence of the server', async () => {
  const { api } = answering(409, { error: 'Already linked.' });
  await assert.rejects(api.link(['h'], 'p'), { message: 'Already linked.', status: 409 });
});

test('it asks to sign in again after 401', async () => {
  const { api } = answering(401, { error: 'no' });
  await assert.rejects(api.search('x'), { status: 401, message: /Sign in again/ });
});

test('it says there is no connection when nothing answers', async () => {
  const api = new Api({ send: async () => { throw new TypeError('failed'); } });
  await assert.rejects(api.search('x'), { status: 0, message: /No connection/ });
});
