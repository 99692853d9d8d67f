/**
 * Borders that areas share, found by their vertices: equal numbers are one vertex. Coordinates are
 * [lon, lat] in WGS 84 as the server sent them; geometries are polygons of closed rings.
 */
const DIGITS = 1e8;
const ON_RIM = 1e-7; // degrees: what is put onto an outline is rounded

export const keyOf = ([lon, lat]) => `${lon},${lat}`;

/** A place on the server's grid, about a millimetre wide. */
export const rounded = ([lon, lat]) => [Math.round(lon * DIGITS) / DIGITS, Math.round(lat * DIGITS) / DIGITS];

const edgeKey = (a, b) => `${keyOf(a)}|${keyOf(b)}`;

function* edgesOf(geometry) {
  for (const polygon of geometry) {
    for (const ring of polygon) {
      for (let i = 1; i < ring.length; i += 1) yield [ring[i - 1], ring[i]];
    }
  }
}

/** The place on the segment from a to b that is nearest; x is shrunk by the latitude. */
function nearestOnSegment([ax, ay], [bx, by], [px, py], east) {
  const dx = (bx - ax) * east;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, ((px - ax) * east * dx + (py - ay) * dy) / length)) : 0;
  return [ax + (bx - ax) * share, ay + (by - ay) * share];
}

const distance = ([ax, ay], [bx, by], east) => Math.hypot((ax - bx) * east, ay - by);

/** The place on the rings of a geometry that is nearest to a place, and how far it is (degrees). */
export function nearestOn(geometry, place) {
  const east = Math.cos((place[1] * Math.PI) / 180);
  let best = { at: null, far: Infinity };
  for (const [a, b] of edgesOf(geometry)) {
    const at = nearestOnSegment(a, b, place, east);
    const far = distance(at, place, east);
    if (far < best.far) best = { at, far };
  }
  return best;
}

/**
 * The inner borders of a draft: edges between two areas, or between one and open land. What lies
 * on the outline of a village is none, but a border's end there may slide along it.
 */
export class Borders {
  /** areas: [{key, village, geometry}]; villages: [{id, geometry}]. */
  constructor(areas, villages) {
    this.areas = areas;
    this.rims = new Map(villages.map(({ id, geometry }) => [id, geometry]));
    this.owners = new Map();
    for (const area of areas) {
      for (const [a, b] of edgesOf(area.geometry)) this.own(edgeKey(a, b), area);
    }
    this.edges = [];
    this.vertices = new Map();
    const seen = new Set();
    for (const area of areas) for (const [a, b] of edgesOf(area.geometry)) this.see(area, a, b, seen);
    for (const vertex of this.vertices.values()) vertex.rim = this.onRim(vertex.village, vertex.at);
  }

  own(key, area) {
    if (!this.owners.has(key)) this.owners.set(key, []);
    this.owners.get(key).push(area);
  }

  see(area, a, b, seen) {
    if (seen.has(edgeKey(a, b))) return;
    seen.add(edgeKey(a, b));
    seen.add(edgeKey(b, a));
    const beyond = (this.owners.get(edgeKey(b, a)) ?? []).filter(({ village }) => village === area.village);
    if (!beyond.length && this.isRim(area.village, a, b)) return;
    const owners = [...(this.owners.get(edgeKey(a, b)) ?? []), ...beyond].map(({ key }) => key);
    this.edges.push({ a, b, village: area.village, areas: owners });
    for (const at of [a, b]) {
      const key = keyOf(at);
      const vertex = this.vertices.get(key) ?? { key, at, village: area.village, degree: 0, areas: new Set() };
      vertex.degree += 1;
      for (const owner of owners) vertex.areas.add(owner);
      this.vertices.set(key, vertex);
    }
  }

  onRim(village, at) {
    const rim = this.rims.get(village);
    return Boolean(rim) && nearestOn(rim, at).far < ON_RIM;
  }

  isRim(village, a, b) {
    const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    return this.onRim(village, a) && this.onRim(village, b) && this.onRim(village, middle);
  }

  /** Where a vertex may be put: anywhere, but on the outline only along it. */
  allowed(vertex, to) {
    return rounded(vertex.rim ? nearestOn(this.rims.get(vertex.village), to).at : to);
  }

  /** Whether a vertex can be taken out: two edges meet at it, away from the outline. */
  removable(vertex) {
    return !vertex.rim && vertex.degree === 2;
  }

  /** Keys of the areas that have both ends of an edge next to each other. */
  areasAt(a, b) {
    const found = [...(this.owners.get(edgeKey(a, b)) ?? []), ...(this.owners.get(edgeKey(b, a)) ?? [])];
    return found.map(({ key }) => key);
  }
}

const eachRing = (geometry, change) => geometry.map((polygon) => polygon.map(change));

/** A geometry with every vertex of a key at another place. */
export const moved = (geometry, key, to) =>
  eachRing(geometry, (ring) => ring.map((at) => (keyOf(at) === key ? to : at)));

/** A geometry with a vertex put in wherever a and b are neighbours. */
export function inserted(geometry, a, b, at) {
  const ends = new Set([edgeKey(a, b), edgeKey(b, a)]);
  return eachRing(geometry, (ring) => ring.flatMap((place, i) =>
    (i + 1 < ring.length && ends.has(edgeKey(place, ring[i + 1])) ? [place, at] : [place])));
}

/** Which of five inks each area gets: neighbours differ wherever five suffice. */
export function inks(areas, borders, count = 5) {
  const beside = new Map(areas.map(({ key }) => [key, new Set()]));
  for (const { areas: owners } of borders.edges) {
    for (const one of owners) for (const other of owners) if (one !== other) beside.get(one)?.add(other);
  }
  const found = new Map();
  for (const { key } of areas) {
    const taken = new Set([...beside.get(key)].map((other) => found.get(other)));
    let ink = 0;
    while (taken.has(ink) && ink < count - 1) ink += 1;
    found.set(key, ink);
  }
  return found;
}

/** Keys of the areas that share a border with one. */
export function neighbours(key, borders) {
  const found = new Set();
  for (const { areas } of borders.edges) if (areas.includes(key)) for (const one of areas) found.add(one);
  found.delete(key);
  return found;
}
