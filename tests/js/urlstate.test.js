import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRoute, parseRoute } from '../../static/js/data/urlstate.js';

test('it returns the address it was given', () => {
  const address = '?area=152223100&level=grid&measure=linked_rate&classes=1,6.5,16&show=households,density&hide=issues&on=2026-11-01'
    + '&sel=152223100021&open=gap&reason=left&at=46.72000,122.90000,12.5';
  assert.equal(formatRoute(parseRoute(address)), address);
});

test('it leaves defaults out of the address', () => {
  assert.equal(formatRoute(parseRoute('')), '');
});

test('it ignores what no page could have written', () => {
  const route = parseRoute('?area=<b>&level=galaxy&on=yesterday&at=200,300,99&open=everything');
  assert.deepEqual([route.area, route.level, route.on, route.at, route.open], ['', '', '', null, '']);
});

test('it never carries search text', () => {
  assert.equal(formatRoute({ ...parseRoute('?q=王秋禾'), q: '王秋禾' }), '');
});

test('it keeps the base map in the address', () => {
  assert.equal(formatRoute(parseRoute('?base=image&on=2026-11-01')), '?base=image&on=2026-11-01');
});
