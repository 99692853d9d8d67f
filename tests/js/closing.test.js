import { test } from 'node:test';
import assert from 'node:assert/strict';
import { REASONS } from '../../static/js/data/coverage.js';
import { closing } from '../../static/js/data/closing.js';

const urls = { task_new: '/tasks/new/', post_new: '/posts/new/', tables: '/tables/', handovers: '/handovers/' };
const asked = { config: { urls }, place: '159901100201', above: '159901100', role: 'unit_head' };
const hrefs = (more) => Object.fromEntries(REASONS.map((reason) => [
  reason.key, closing(reason, { ...asked, manages: false, hands: false, ...more })?.href ?? null,
]));

test('a manager acts on every reason where that is done', () => {
  assert.deepEqual(hrefs({ manages: true, hands: true }), {
    vacant: '/posts/new/?area=159901100201&role=unit_head',
    full: '/tables/posts/?area=159901100201&filter=full',
    left: '', unassigned: '', new: '',
    handover: '/handovers/',
    no_grid: '/tables/households/?area=159901100201&reason=no_grid',
  });
});

test('a leader hands every reason over with the area and the reason', () => {
  for (const [key, href] of Object.entries(hrefs({ hands: true }))) {
    assert.equal(href, `/tasks/new/?area=159901100201&reason=${key}`);
  }
});

test('who can do neither is offered nothing', () => {
  assert.ok(Object.values(hrefs({})).every((href) => href === null));
});

test('what lies in no area of the level is looked for in the one around it', () => {
  const rest = { key: 'no_grid' };
  assert.equal(
    closing(rest, { ...asked, place: '', manages: true, hands: true }).href,
    '/tables/households/?area=159901100&reason=no_grid',
  );
});
