/** Plane geometry in tile or pixel units: rings are arrays of {x, y}. */

/** Whether a point lies inside rings by the even-odd rule (holes count as outside). */
export function inRings(x, y, rings) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const a = ring[i];
      const b = ring[j];
      const crosses = a.y > y !== b.y > y;
      if (crosses && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
    }
  }
  return inside;
}

/** {minX, minY, maxX, maxY} around rings. */
export function boxOf(rings) {
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const ring of rings) {
    for (const { x, y } of ring) {
      box.minX = Math.min(box.minX, x);
      box.minY = Math.min(box.minY, y);
      box.maxX = Math.max(box.maxX, x);
      box.maxY = Math.max(box.maxY, y);
    }
  }
  return box;
}

export const inBox = (x, y, box) =>
  x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY;

const ASIDE = [0, 15, -15]; // pixels a label may give way upwards or downwards

/** Whether two boxes {x, y, width, height} around their centres touch. */
const touch = (a, b, gap = 0) =>
  Math.abs(a.x - b.x) * 2 < a.width + b.width + gap * 2
  && Math.abs(a.y - b.y) * 2 < a.height + b.height + gap * 2;

/**
 * Labels that do not cover each other: candidates [{x, y, width, height, priority, fixed}] with
 * x, y the centre; higher priority is placed first, `fixed` ones always. Symbols (boxes, too) are
 * given way to where there is room beside them; where there is none, a `soft` one is written over,
 * and the label stays away from any other.
 */
export function placeLabels(candidates, gap = 2, symbols = []) {
  const placed = [];
  const order = [...candidates].sort(
    (a, b) => Number(Boolean(b.fixed)) - Number(Boolean(a.fixed)) || b.priority - a.priority,
  );
  for (const item of order) {
    const near = symbols.filter((box) => touch(box, { ...item, height: item.height + 30 }));
    const places = (near.length ? ASIDE : [0]).map((dy) => ({ ...item, y: item.y + dy }));
    const free = places.filter((place) => placed.every((other) => !touch(other, place, gap)));
    const clear = (place, boxes) => boxes.every((box) => !touch(box, place));
    const best = free.find((place) => clear(place, near))
      ?? free.find((place) => clear(place, near.filter(({ soft }) => !soft)));
    if (best) placed.push(best);
    else if (item.fixed) placed.push(item);
  }
  return placed;
}

/** Distance of graticule lines in degrees so that a view of `span` degrees has about four. */
export function graticuleStep(span) {
  const steps = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
  return steps.find((step) => span / step >= 3) ?? 0.001;
}

/** A coordinate as degrees and minutes where it is whole minutes, else in decimals. */
export function degrees(value, step) {
  return `${value.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))}°`;
}
