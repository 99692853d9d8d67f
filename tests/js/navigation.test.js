import assert from 'node:assert/strict';
import { test } from 'node:test';
import { navigationLinks, toGcj02 } from '../../static/js/data/navigation.js';

const VECTORS = [
  [122.9, 46.72, 122.905994, 46.721713],
  [84.06, 32.3, 84.062609, 32.29754],
  [104.24, 33.26, 104.242494, 33.258131],
];

test('it shifts WGS 84 to GCJ-02 as the published vectors say', () => {
  for (const [lon, lat, east, north] of VECTORS) {
    const found = toGcj02(lon, lat);
    assert.ok(Math.abs(found.lon - east) < 1e-6, `${found.lon} is not ${east}`);
    assert.ok(Math.abs(found.lat - north) < 1e-6, `${found.lat} is not ${north}`);
  }
});

test('it leaves places outside China where they are', () => {
  assert.deepEqual(toGcj02(13.4, 52.5), { lon: 13.4, lat: 52.5 });
});

test('it gives each app its own order and system, and no name but 目的地', () => {
  const links = navigationLinks({ lon: 122.9, lat: 46.72, head: '赵甲', id: 'secret', need: 'DUJU' });
  const [amap, tencent, baidu] = links.map(({ href }) => new URL(href));
  assert.equal(amap.origin + amap.pathname, 'https://uri.amap.com/navigation');
  assert.equal(amap.searchParams.get('to'), '122.905994,46.721713,目的地');
  assert.equal(amap.searchParams.get('callnative'), '1');
  assert.equal(tencent.searchParams.get('tocoord'), '46.720000,122.900000');
  assert.equal(tencent.searchParams.get('to'), '目的地');
  assert.equal(tencent.searchParams.get('coord_type'), '1');
  assert.equal(baidu.searchParams.get('location'), '46.720000,122.900000');
  assert.equal(baidu.searchParams.get('coord_type'), 'wgs84');
  for (const { href } of links) {
    const words = decodeURIComponent(href).match(/[\u3400-\u9fff]+/g);
    assert.deepEqual([...new Set(words)], ['目的地']);
    assert.doesNotMatch(href, /secret|DUJU/);
  }
});
