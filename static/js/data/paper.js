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

/** Where else a label may stand, in its own widths and heights. */
const ASIDE = [0, 0.5, -0.5, 1, -1].flatMap((dx) =>
  [0, 0.7, -0.7, 1.4, -1.4, 2.1, -2.1, 2.8, -2.8].map((dy) => [dx, dy]));
const REACH = 7; // times the label's own size within which all its places are

/** As many pixels aside weigh as much as one symbol covered: of a pin's name, and of an area's. */
const [CLOSE, LOOSE] = [12, 100];

/** The places of a label, the nearest to its own first. */
function spotsOf({ x, y, width, height }) {
  return ASIDE.map(([dx, dy]) => [x + dx * width, y + dy * height])
    .sort((a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y));
}

/**
 * Labels [{x, y, width, height, priority, fixed, below}] that do not cover each other, moved aside where
 * within(label, x, y) still holds; of `fixed` ones the place may be any, the others are left out
 * where they find none. Boxes {x, y, width, height}: none of those to `clear` is ever covered, of
 * those to `avoid` as few as can be.
 */
export function placeNames(labels, within, { gap = 2, clear = [], avoid = [] } = {}) {
  const placed = [];
  const order = [...labels].sort(
    (a, b) => Number(Boolean(b.fixed)) - Number(Boolean(a.fixed)) || b.priority - a.priority,
  );
  for (const label of order) {
    const covers = ([x, y], times = 1) => (other) =>
      Math.abs(other.x - x) * 2 < other.width + label.width * times + gap * 2
      && Math.abs(other.y - y) * 2 < other.height + label.height * times + gap * 2;
    const near = covers([label.x, label.y], REACH);
    const kept = [...placed, ...clear].filter(near);
    const soft = avoid.filter(near);
    const free = spotsOf(label).filter((spot) => !kept.some(covers(spot)));
    const inside = free.filter((spot) => within(label, ...spot));
    const [best] = (inside.length || !label.fixed ? inside : free)
      .map(([x, y]) => {
        const away = Math.hypot(x - label.x, y - label.y) / (label.below ? CLOSE : LOOSE);
        return { x, y, cost: soft.filter(covers([x, y])).length + away };
      })
      .sort((a, b) => a.cost - b.cost);
    if (best) placed.push({ ...label, x: best.x, y: best.y });
  }
  return placed;
}
