/**
 * Where symbols stand that would cover each other: many households at one point become a stack,
 * pins that touch become a group, and the pins of a group fan out around it.
 */

/**
 * Points that share a cell of so many units, gathered: {alone: [index], stacks: [[index]]}.
 * xs, ys: arrays of coordinates; a stack holds at least two.
 */
export function stackPoints(xs, ys, cell) {
  const cells = new Map();
  for (let i = 0; i < xs.length; i += 1) {
    // One number as key: coordinates of a tile and its rim stay far below 2 ** 20.
    const key = Math.round(xs[i] / cell) * 2 ** 20 + Math.round(ys[i] / cell);
    const found = cells.get(key);
    if (found) found.push(i);
    else cells.set(key, [i]);
  }
  const alone = [];
  const stacks = [];
  for (const members of cells.values()) {
    if (members.length > 1) stacks.push(members);
    else alone.push(members[0]);
  }
  return { alone, stacks };
}

/**
 * Pins {x, y} gathered so that no two groups' first pins are closer than reach: [{x, y, pins}],
 * x, y the middle of the group. The same pins in the same order make the same groups wherever
 * the view stands, if x and y do not depend on it.
 */
export function groupPins(pins, reach) {
  const groups = [];
  const buckets = new Map();
  const bucket = (x, y) => `${Math.floor(x / reach)}:${Math.floor(y / reach)}`;
  for (const pin of pins) {
    let found = null;
    for (let dx = -1; dx <= 1 && !found; dx += 1) {
      for (let dy = -1; dy <= 1 && !found; dy += 1) {
        found = buckets.get(bucket(pin.x + dx * reach, pin.y + dy * reach))
          ?.find(({ pins: [first] }) => Math.hypot(first.x - pin.x, first.y - pin.y) < reach) ?? null;
      }
    }
    if (found) {
      found.pins.push(pin);
    } else {
      const group = { x: 0, y: 0, pins: [pin] };
      groups.push(group);
      const key = bucket(pin.x, pin.y);
      if (buckets.has(key)) buckets.get(key).push(group);
      else buckets.set(key, [group]);
    }
  }
  for (const group of groups) {
    group.x = group.pins.reduce((sum, { x }) => sum + x, 0) / group.pins.length;
    group.y = group.pins.reduce((sum, { y }) => sum + y, 0) / group.pins.length;
  }
  return groups;
}

/**
 * Places of n pins around a point, `gap` pixels apart, in rings from the top clockwise:
 * [{dx, dy}]. One alone stays where it is.
 */
export function fan(n, gap) {
  if (n === 1) return [{ dx: 0, dy: 0 }];
  const places = [];
  for (let ring = 0; places.length < n; ring += 1) {
    const radius = gap * (1.2 + ring * 1.1);
    const here = Math.min(Math.floor((2 * Math.PI * radius) / gap), n - places.length);
    for (let i = 0; i < here; i += 1) {
      // Every other ring is turned by half a place, so that lines pass between the pins within.
      const angle = ((i + (ring % 2) / 2) / here) * 2 * Math.PI - Math.PI / 2;
      places.push({ dx: Math.cos(angle) * radius, dy: Math.sin(angle) * radius });
    }
  }
  return places;
}
