/**
 * Households on the map: counted cells where there are many, single symbols from zoom 13 on.
 * Symbols tell by shape: a filled dot has a contact, an open square has none, a diamond around
 * it is registered outside its grid, a roof over it is at a seasonal place, a plate with a number
 * is a building of several.
 */
import * as L from 'leaflet';
import { integer } from '../data/i18n.js';
import { stackPoints } from '../data/spread.js';
import { CanvasTiles } from './tiles.js';

const LINKED = '#4a545e';
const UNLINKED = '#a3180f';
const OUTSIDE = '#1d2329';
const CHOSEN = '#0b5f73';
const CELLS = 6; // to a tile's side: about 43 pixels each, room for a number
const INNER = 0.15; // how far from the middle of its cell a number may stand, so that none overlap
const REACH = { mouse: 14, touch: 24 }; // pixels around a symbol that still count as touching it
const NUMBERED = 15; // from this zoom on a stack has room for its number,
const PAIRS = 17; // and one of two from here: there are many
const SAME = 3; // metres within which households stand at one point
const ROUND = 40075016.686; // metres around the equator

/** A place along one side of a tile, drawn towards the middle of its cell. */
function nearMiddle(place) {
  const middle = Math.floor(place * CELLS) + 0.5;
  const off = Math.max(-INNER, Math.min(INNER, place * CELLS - middle));
  return (middle + off) / CELLS;
}

/** Cells of a tile gathered six to a side, each near the middle of its households. */
function mergeCells(layer) {
  const cells = new Map();
  for (let i = 0; i < layer.length; i += 1) {
    const feature = layer.feature(i);
    const [[point]] = feature.loadGeometry();
    const { n, unlinked } = feature.properties;
    const [x, y] = [point.x / layer.extent, point.y / layer.extent];
    const key = Math.floor(x * CELLS) * CELLS + Math.floor(y * CELLS);
    if (!cells.has(key)) cells.set(key, { x: 0, y: 0, n: 0, unlinked: 0 });
    const cell = cells.get(key);
    cell.x += x * n;
    cell.y += y * n;
    cell.n += n;
    cell.unlinked += unlinked;
  }
  return [...cells.values()].map(({ x, y, n, unlinked }) =>
    ({ x: nearMiddle(x / n), y: nearMiddle(y / n), n, unlinked }));
}

/**
 * Single households of a tile: xs, ys in 0..1; ids; linked, outside and season as bytes; `alone` and
 * `open` (without a contact) the indexes of those that stand by themselves; stacks of the others.
 */
function readSingle(layer, z) {
  const n = layer.length;
  const data = {
    single: true, ids: new Array(n), xs: new Float64Array(n), ys: new Float64Array(n),
    linked: new Uint8Array(n), outside: new Uint8Array(n), season: new Uint8Array(n),
  };
  for (let i = 0; i < n; i += 1) {
    const feature = layer.feature(i);
    const [[point]] = feature.loadGeometry();
    const { id, linked, outside, season } = feature.properties;
    data.ids[i] = id;
    data.xs[i] = point.x / layer.extent;
    data.ys[i] = point.y / layer.extent;
    data.linked[i] = linked ? 1 : 0;
    data.outside[i] = outside ? 1 : 0;
    data.season[i] = season ? 1 : 0;
  }
  const { alone, stacks } = stackPoints(data.xs, data.ys, Math.max(SAME * 2 ** z / ROUND, 1 / 4096));
  data.alone = alone.filter((i) => data.linked[i]);
  data.open = alone.filter((i) => !data.linked[i]);
  data.stacks = stacks.map((members) => ({
    x: data.xs[members[0]], y: data.ys[members[0]], n: members.length, members,
    unlinked: members.filter((i) => !data.linked[i]).length,
    outside: members.some((i) => data.outside[i]),
    season: members.some((i) => data.season[i]),
  }));
  return data;
}

const numbered = (n, zoom) => zoom >= (n > 2 ? NUMBERED : PAIRS);

/** Metres around a stack of a zoom within which all its households are. */
function reachOf(z) {
  return Math.ceil(Math.min(200, 2 * Math.max(SAME, ROUND / 2 ** z / 4096)));
}

export const HouseholdTiles = CanvasTiles.extend({
  options: { margin: 18 },

  urlOf({ x, y, z }) {
    const on = this.options.on ? `?on=${this.options.on}` : '';
    return `/tiles/households/${z}/${x}/${y}.mvt${on}`;
  },

  /** Whoever sees only a few households gets them singly at every zoom. */
  decode(layers, { coords }) {
    if (layers.households) return readSingle(layers.households, coords.z);
    return { single: false, cells: layers.cells ? mergeCells(layers.cells) : [] };
  },

  paint(context, { data, coords }, size) {
    if (!data.single) {
      for (const cell of data.cells) this.cell(context, cell.x * size, cell.y * size, cell);
      return;
    }
    const r = coords.z >= 16 ? 5 : coords.z >= 14 ? 3.6 : 2.8;
    this.diamonds(context, data, size, r);
    this.dots(context, data, size, r);
    // Those without a contact come last, so that no other symbol covers them.
    for (const stack of data.stacks) if (!stack.unlinked) this.stack(context, stack, size, coords.z);
    this.squares(context, data, size, r);
    for (const stack of data.stacks) if (stack.unlinked) this.stack(context, stack, size, coords.z);
    this.roofs(context, data, size, r);
    this.ring(context, data, size, r);
  },

  /** All dots as one path: a thousand of them cost one fill and one stroke. */
  dots(context, { alone, xs, ys }, size, r) {
    context.beginPath();
    for (const i of alone) {
      context.moveTo(xs[i] * size + r * 0.8, ys[i] * size);
      context.arc(xs[i] * size, ys[i] * size, r * 0.8, 0, Math.PI * 2);
    }
    context.fillStyle = LINKED;
    context.strokeStyle = '#ffffff';
    context.lineWidth = 1.6;
    context.stroke();
    context.fill();
  },

  squares(context, { open, xs, ys }, size, r) {
    context.beginPath();
    for (const i of open) context.rect(xs[i] * size - r, ys[i] * size - r, r * 2, r * 2);
    // A white rim keeps them apart from the darkest areas.
    context.strokeStyle = '#ffffff';
    context.lineWidth = 4.4;
    context.stroke();
    context.fillStyle = '#ffffff';
    context.strokeStyle = UNLINKED;
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  },

  /** Around those outside their grid; the point of a diamond is seen beside any other symbol. */
  diamonds(context, { alone, open, outside, xs, ys, stacks }, size, r) {
    const around = (x, y, reach) => {
      context.moveTo(x, y - reach);
      context.lineTo(x + reach, y);
      context.lineTo(x, y + reach);
      context.lineTo(x - reach, y);
      context.closePath();
    };
    context.beginPath();
    for (const list of [alone, open]) {
      for (const i of list) if (outside[i]) around(xs[i] * size, ys[i] * size, r + 4);
    }
    for (const stack of stacks) if (stack.outside) around(stack.x * size, stack.y * size, r + 13);
    context.fillStyle = 'rgba(255, 255, 255, 0.85)';
    context.strokeStyle = OUTSIDE;
    context.lineWidth = 1.4;
    context.fill();
    context.stroke();
  },

  /** Over those at a seasonal place; a white rim keeps it apart from what lies beneath. */
  roofs(context, { alone, open, season, xs, ys, stacks }, size, r) {
    const over = (x, y, up) => {
      context.moveTo(x - r - 2.5, y - up);
      context.lineTo(x, y - up - r - 1);
      context.lineTo(x + r + 2.5, y - up);
    };
    context.beginPath();
    for (const list of [alone, open]) {
      for (const i of list) if (season[i]) over(xs[i] * size, ys[i] * size, r + 1);
    }
    for (const stack of stacks) if (stack.season) over(stack.x * size, stack.y * size, 12);
    context.lineJoin = 'round';
    for (const [width, colour] of [[4.6, '#ffffff'], [2, OUTSIDE]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
  },

  /** A building of several: a plate with its number; open and red where somebody has nobody. */
  stack(context, { x, y, n, unlinked }, size, zoom) {
    const text = numbered(n, zoom) ? integer(n) : '';
    const half = text ? 4 + text.length * 3.4 : 5;
    const high = text ? 8 : 5;
    const [left, top] = [x * size - half, y * size - high];
    context.lineWidth = 1.6;
    context.strokeStyle = unlinked ? UNLINKED : LINKED;
    context.fillStyle = '#ffffff';
    context.beginPath();
    context.rect(left + 2.5, top - 2.5, half * 2, high * 2);
    context.fill();
    context.stroke();
    context.beginPath();
    context.rect(left, top, half * 2, high * 2);
    context.fillStyle = unlinked ? '#ffffff' : LINKED;
    context.fill();
    context.stroke();
    if (!text) return;
    context.fillStyle = unlinked ? UNLINKED : '#ffffff';
    context.font = '700 11px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, x * size, y * size + 0.5);
  },

  /** Around the chosen household, wherever it stands. */
  ring(context, { ids, xs, ys }, size, r) {
    const i = this.options.chosen ? ids.indexOf(this.options.chosen) : -1;
    if (i < 0) return;
    context.beginPath();
    context.arc(xs[i] * size, ys[i] * size, r + 6, 0, Math.PI * 2);
    context.lineWidth = 3;
    context.strokeStyle = CHOSEN;
    context.stroke();
  },

  /** A cell: its area grows with the households in it, the ring is the part without a contact. */
  cell(context, x, y, { n, unlinked }) {
    const r = Math.min(15, 5 + Math.sqrt(n) * 0.9);
    context.beginPath();
    context.arc(x, y, r, 0, Math.PI * 2);
    context.fillStyle = 'rgba(74, 84, 94, 0.72)';
    context.fill();
    if (unlinked) {
      context.beginPath();
      context.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + (Math.PI * 2 * unlinked) / n);
      context.lineWidth = 3;
      context.strokeStyle = UNLINKED;
      context.stroke();
    }
    if (n > 1) {
      context.fillStyle = '#ffffff';
      context.font = '600 10px system-ui, sans-serif';
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(integer(n), x, y);
    }
  },

  /**
   * What stands nearest to a place within reach: {id, linked, outside, season, lat, lon} of a household,
   * {n, unlinked, lat, lon} of a stack, or null.
   */
  symbolAt(latlng, pointer = 'mouse') {
    const found = this.tileAt(latlng);
    if (!found?.tile.data.single) return null;
    const { data, coords } = found.tile;
    let best = null;
    let reach = (REACH[pointer] ?? REACH.mouse) / this.getTileSize().x;
    const nearer = (x, y, what) => {
      const away = Math.hypot(x - found.x, y - found.y);
      if (away < reach) [best, reach] = [what, away];
    };
    for (const list of [data.alone, data.open]) {
      for (const i of list) nearer(data.xs[i], data.ys[i], i);
    }
    for (const stack of data.stacks) nearer(stack.x, stack.y, stack);
    return best === null ? null : this.told(data, coords, best);
  },

  /** A household (by its index) or a stack of a tile, with its place. */
  told(data, coords, what) {
    const single = typeof what === 'number';
    const [x, y] = single ? [data.xs[what], data.ys[what]] : [what.x, what.y];
    const at = L.point(coords.x + x, coords.y + y).scaleBy(this.getTileSize());
    const { lat, lng: lon } = L.CRS.EPSG3857.pointToLatLng(at, coords.z);
    if (!single) return { n: what.n, unlinked: what.unlinked, lat, lon, within: reachOf(coords.z) };
    return {
      id: data.ids[what], linked: Boolean(data.linked[what]), outside: Boolean(data.outside[what]),
      season: Boolean(data.season[what]), lat, lon,
    };
  },

  /** Places {lat, lon} of the stacks on the loaded tiles that bear a number. */
  plates() {
    return this.tiles().flatMap(({ data, coords }) => data.stacks
      .filter(({ n }) => numbered(n, coords.z)).map((stack) => this.told(data, coords, stack)));
  },

  /** Tiles of the zoom shown that hold single households. */
  tiles() {
    return [...this.store.values()].filter(({ data, coords }) => data?.single && coords.z === this._tileZoom);
  },

  /** Everything single within bounds, each household once. */
  inView(bounds) {
    const found = new Map();
    for (const { data, coords } of this.tiles()) {
      for (const what of [...data.open, ...data.alone, ...data.stacks]) {
        const told = this.told(data, coords, what);
        if (bounds.contains([told.lat, told.lon])) found.set(told.id ?? `${told.lat}:${told.lon}`, told);
      }
    }
    return [...found.values()];
  },
});
