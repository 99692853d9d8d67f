/** What paper needs to know: how much of the map fits, how long the scale bar is, where pages end. */

const INCH = 96; // CSS pixels
const METRE = INCH / 0.0254;
const EQUATOR = 156543.03392804097; // metres a pixel at zoom 0

/** What a map on an ordinary screen shows, in pixels: on paper the same ground is to be seen. */
export const SCREEN = { width: 1060, height: 800 };

/** By how much closer (or, negative, farther) a map of a size is than the one on the screen. */
export function closer({ width, height }) {
  return Math.log2(Math.min(width / SCREEN.width, height / SCREEN.height));
}

/** Metres of ground under one CSS pixel at a latitude. */
export const metresPerPixel = (lat, zoom) =>
  (EQUATOR * Math.cos((lat * Math.PI) / 180)) / 2 ** zoom;

/** The longest bar of 1, 2 or 5 times a power of ten metres within `room` pixels: {metres, px}. */
export function scaleBar(perPixel, room) {
  const most = perPixel * room;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((n) => n * power).find((n) => n <= most * (1 + 1e-9));
  return { metres, px: metres / perPixel };
}

/** N of "1 : N" where a CSS pixel is printed at its true size, to two digits. */
export function scaleNumber(perPixel) {
  const n = perPixel * METRE;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return Math.round(n / power) * power;
}

/**
 * Shares rows out to pages: heights of the rows, room of a page. keep(i) says that a row is not
 * the last of a page. Returns the index of the first row of each page.
 */
export function pageStarts(heights, room, keep = () => false) {
  const starts = heights.length ? [0] : [];
  let used = 0;
  for (let i = 0; i < heights.length; i += 1) {
    if (used + heights[i] > room && i > starts.at(-1)) {
      const back = i - 1 > starts.at(-1) && keep(i - 1) ? 1 : 0;
      starts.push(i - back);
      used = back ? heights[i - 1] : 0;
    }
    used += heights[i];
  }
  return starts;
}

/** Where else a label may stand, in its own widths and heights, nearest first. */
const ASIDE = [[0, 0], [0, 0.7], [0, -0.7], [0.5, 0], [-0.5, 0], [0, 1.4], [0, -1.4], [0.5, 0.9], [-0.5, 0.9], [0.5, -0.9], [-0.5, -0.9]];

/**
 * Labels [{x, y, width, height, priority, fixed}] that do not cover each other, moved aside where
 * within(label, x, y) still holds; `fixed` ones always stand, those that find no room are left out.
 * Boxes {x, y, width, height} to `avoid` are covered only where there is no other room.
 */
export function placeNames(labels, within, { gap = 2, avoid = [] } = {}) {
  const placed = [];
  const order = [...labels].sort(
    (a, b) => Number(Boolean(b.fixed)) - Number(Boolean(a.fixed)) || b.priority - a.priority,
  );
  for (const label of order) {
    const beside = (others) => ([x, y]) => others.every((other) =>
      Math.abs(other.x - x) * 2 >= other.width + label.width + gap * 2
      || Math.abs(other.y - y) * 2 >= other.height + label.height + gap * 2);
    const free = ASIDE.map(([dx, dy]) => [label.x + dx * label.width, label.y + dy * label.height])
      .filter((spot) => within(label, ...spot) && beside(placed)(spot));
    const spot = free.find(beside(avoid)) ?? free[0];
    if (spot) placed.push({ ...label, x: spot[0], y: spot[1] });
    else if (label.fixed) placed.push(label);
  }
  return placed;
}
