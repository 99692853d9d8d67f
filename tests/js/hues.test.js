/** Whether neighbouring classes can be told apart by everybody, and without any colour at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RAMPS } from '../../static/js/data/classes.js';

const LEAST = 7; // CIEDE2000 between neighbours: plainly different side by side
const LEAST_GREY = 5; // a sheet for black and white has patterns instead
const WHITE = [0.95047, 1, 1.08883];

/** Machado, Oliveira and Fernandes 2009, all of the sense missing, on linear light. */
const SIGHTS = {
  full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  grey: Array(3).fill([0.2126, 0.7152, 0.0722]),
};

const times = (matrix, v) => matrix.map((row) => row.reduce((sum, part, i) => sum + part * v[i], 0));

function linear(colour) {
  return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
}

function lab(rgb) {
  const xyz = times([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041],
  ], rgb.map((c) => Math.min(1, Math.max(0, c))));
  const [x, y, z] = xyz.map((c, i) => c / WHITE[i])
    .map((c) => (c > 216 / 24389 ? Math.cbrt(c) : (c * 24389 / 27 + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const RAD = Math.PI / 180;
const hue = (a, b) => (a || b ? (Math.atan2(b, a) / RAD + 360) % 360 : 0);

function ciede2000([l1, a1, b1], [l2, a2, b2]) {
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const grown = 1 + 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const [c1, c2] = [Math.hypot(a1 * grown, b1), Math.hypot(a2 * grown, b2)];
  const [h1, h2] = [hue(a1 * grown, b1), hue(a2 * grown, b2)];
  let turn = c1 * c2 ? h2 - h1 : 0;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  const far = Math.abs(h1 - h2) > 180;
  const middle = c1 * c2 ? ((h1 + h2) / 2 + (far ? (h1 + h2 < 360 ? 180 : -180) : 0)) : h1 + h2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * Math.cos((middle - 30) * RAD) + 0.24 * Math.cos(2 * middle * RAD)
    + 0.32 * Math.cos((3 * middle + 6) * RAD) - 0.2 * Math.cos((4 * middle - 63) * RAD);
  const dl = (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dh = (2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * RAD)) / (1 + 0.015 * c * t);
  const twist = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7))
    * Math.sin(60 * Math.exp(-(((middle - 275) / 25) ** 2)) * RAD);
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + twist * dc * dh);
}

test('the distance is the published one', () => {
  // Sharma, Wu and Dalal 2005, pairs 1, 7, 17 and 25.
  for (const [one, other, published] of [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  ]) assert.ok(Math.abs(ciede2000(one, other) - published) < 1e-4);
});

for (const [sight, matrix] of Object.entries(SIGHTS)) {
  test(`neighbouring classes differ: ${sight}`, () => {
    for (const [name, ramp] of Object.entries(RAMPS)) {
      const seen = ramp.map((colour) => lab(times(matrix, linear(colour))));
      const steps = seen.slice(1).map((colour, i) => ciede2000(seen[i], colour));
      const least = sight === 'grey' ? LEAST_GREY : LEAST;
      for (const step of steps) assert.ok(step >= least, `${name}: ${steps.map((n) => n.toFixed(1))}`);
    }
  });
}
