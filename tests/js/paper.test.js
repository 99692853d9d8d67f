import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  SCREEN, closer, metresPerPixel, pageStarts, placeNames, scaleBar, scaleNumber,
} from '../../static/js/data/paper.js';

test('a map as large as the screen is as close', () => {
  assert.equal(closer(SCREEN), 0);
  assert.equal(closer({ width: SCREEN.width * 2, height: SCREEN.height * 2 }), 1);
  assert.equal(closer({ width: SCREEN.width * 2, height: SCREEN.height / 2 }), -1);
});

test('a pixel holds less ground farther north', () => {
  assert.ok(Math.abs(metresPerPixel(0, 0) * 256 - 40075016.7) < 1);
  assert.ok(Math.abs(metresPerPixel(60, 3) / metresPerPixel(0, 3) - 0.5) < 1e-9);
});

test('the bar is a round number of metres and as long as it says', () => {
  for (const perPixel of [0.31, 1, 7.7, 19.9, 20, 333]) {
    const { metres, px } = scaleBar(perPixel, 180);
    assert.match(String(metres), /^[125]0*$/);
    assert.ok(px <= 180 + 1e-6 && px > 60, `${px}`);
    assert.ok(Math.abs(px * perPixel - metres) < 1e-6);
  }
});

test('the scale is that of paper printed at its size', () => {
  // 20 km on 277 mm is 1 : 72 000.
  assert.equal(scaleNumber(20000 / ((277 / 25.4) * 96)), 72000);
});

test('pages end where the next row would not fit', () => {
  assert.deepEqual(pageStarts([10, 10, 10, 10], 25), [0, 2]);
  assert.deepEqual(pageStarts([10, 10, 30, 10], 25), [0, 2, 3]);
  assert.deepEqual(pageStarts([], 25), []);
});

test('a heading goes with the row behind it', () => {
  assert.deepEqual(pageStarts([10, 10, 10], 25, (i) => i === 1), [0, 1]);
});

test('a name moves aside within its area and is left out where it finds no room', () => {
  const label = (name, x, priority, rest = {}) => ({ name, x, y: 0, width: 20, height: 10, priority, ...rest });
  const labels = [label('low', 4, 1), label('high', 0, 9), label('shut', 2, 0, { shut: true })];
  const placed = placeNames(labels, ({ shut }, x, y) => !shut || (x === 2 && y === 0));
  assert.deepEqual(placed.map(({ name }) => name), ['high', 'low']);
  assert.deepEqual([placed[0].x, placed[0].y], [0, 0]);
  assert.ok(Math.abs(placed[1].y) >= 12);
});

test('a chosen name always stands', () => {
  const label = { x: 0, y: 0, width: 20, height: 10, priority: 0, fixed: true };
  assert.equal(placeNames([label], () => false).length, 1);
});

test('a name makes way for a symbol where there is room, and else stands over it', () => {
  const label = { x: 0, y: 0, width: 20, height: 10, priority: 0 };
  const avoid = [{ x: 0, y: 0, width: 18, height: 8 }];
  const [aside] = placeNames([label], () => true, { avoid });
  assert.ok(Math.abs(aside.y) >= 11 || Math.abs(aside.x) >= 21);
  const [over] = placeNames([label], (_label, x, y) => x === 0 && y === 0, { avoid });
  assert.deepEqual([over.x, over.y], [0, 0]);
});

test('a name never covers a pin: it moves aside or is left out, the least first', () => {
  const size = { width: 20, height: 10 };
  const clear = [-30, -15, 0, 15, 30].map((x) => ({ x, y: 0, width: 18, height: 18 }));
  const labels = [1, 9, 5].map((priority) => ({ x: priority, y: 0, ...size, priority }));
  const placed = placeNames(labels, (_label, _x, y) => y > -22 && y < 22, { clear });
  assert.deepEqual(placed.map(({ priority }) => priority).slice(0, 2), [9, 5]);
  for (const { x, y } of placed) {
    for (const pin of clear) {
      assert.ok(Math.abs(x - pin.x) >= 19 || Math.abs(y - pin.y) >= 14, `${x}, ${y}`);
    }
  }
  assert.equal(placeNames(labels, (_label, x, y) => Math.hypot(x, y) < 4, { clear }).length, 0);
  const [chosen] = placeNames([{ ...labels[0], fixed: true }], () => false, { clear });
  assert.ok(Math.abs(chosen.y) >= 14);
});
