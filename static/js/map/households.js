/**
 * Households on the map: counted cells below zoom 13, single symbols from there on. Symbols tell
 * only whether somebody is named, by shape: a filled dot has a contact, an open square has none.
 */
import { integer } from '../data/i18n.js';
import { CanvasTiles } from './tiles.js';

const LINKED = '#4a545e';
const UNLINKED = '#a3180f';
const CELLS = 6; // to a tile's side: about 43 pixels each, room for a number
const INNER = 0.15; // how far from the middle of its cell a number may stand, so that none overlap
const REACH = 14; // pixels around a symbol that still count as touching it

/** A place along one side of a tile, drawn towards the middle of its cell. */
function nearMiddle(place) {
  const middle = Math.floor(place * CELLS) + 0.5;
  const off = Math.max(-INNER, Math.min(INNER, place * CELLS - middle));
  return (middle + off) / CELLS;
}

/** Cells of a tile gathered six to a side, each near the middle of its households. */
function mergeCells(points) {
  const cells = new Map();
  for (const { x, y, properties: { n, unlinked } } of points) {
    const key = Math.floor(x * CELLS) * CELLS + Math.floor(y * CELLS);
    const cell = cells.get(key) ?? { x: 0, y: 0, n: 0, unlinked: 0 };
    cells.set(key, {
      x: cell.x + x * n, y: cell.y + y * n, n: cell.n + n, unlinked: cell.unlinked + unlinked,
    });
  }
  return [...cells.values()].map(({ x, y, n, unlinked }) =>
    ({ x: nearMiddle(x / n), y: nearMiddle(y / n), properties: { n, unlinked } }));
}

export const HouseholdTiles = CanvasTiles.extend({
  options: { margin: 16 },

  urlOf({ x, y, z }) {
    return `/tiles/households/${z}/${x}/${y}.mvt`;
  },

  decode(layers) {
    // Whoever sees only a few households gets them singly at every zoom.
    const single = Boolean(layers.households);
    const layer = single ? layers.households : layers.cells;
    const points = [];
    for (let i = 0; i < (layer?.length ?? 0); i += 1) {
      const feature = layer.feature(i);
      const [[first]] = feature.loadGeometry();
      points.push({
        x: first.x / layer.extent, y: first.y / layer.extent, properties: feature.properties,
      });
    }
    if (!single) return { single, points: mergeCells(points) };
    // Those without a contact come last, so that no other symbol covers them.
    points.sort((a, b) => Number(b.properties.linked ?? 0) - Number(a.properties.linked ?? 0));
    return { single, points };
  },

  paint(context, tile, size) {
    for (const point of tile.data.points) {
      const x = point.x * size;
      const y = point.y * size;
      if (tile.data.single) this.symbol(context, x, y, point.properties, tile.coords.z);
      else this.cell(context, x, y, point.properties);
    }
  },

  symbol(context, x, y, { id, linked }, zoom) {
    const r = zoom >= 16 ? 5 : zoom >= 14 ? 3.6 : 2.8;
    context.lineWidth = 1.2;
    if (linked) {
      context.beginPath();
      context.arc(x, y, r * 0.8, 0, Math.PI * 2);
      context.fillStyle = LINKED;
      context.strokeStyle = '#ffffff';
      context.fill();
      context.stroke();
    } else {
      context.lineWidth = 2;
      context.fillStyle = '#ffffff';
      context.strokeStyle = UNLINKED;
      context.fillRect(x - r, y - r, r * 2, r * 2);
      context.strokeRect(x - r, y - r, r * 2, r * 2);
    }
    if (id === this.options.chosen) {
      context.beginPath();
      context.arc(x, y, r + 6, 0, Math.PI * 2);
      context.lineWidth = 3;
      context.strokeStyle = '#0b5f73';
      context.stroke();
    }
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

  /** Properties of the single household nearest to a place, if it is within reach. */
  householdAt(latlng) {
    const found = this.tileAt(latlng);
    if (!found?.tile.data.single) return null;
    const size = this.getTileSize().x;
    let best = null;
    let reach = REACH / size;
    for (const { x, y, properties } of found.tile.data.points) {
      const away = Math.hypot(x - found.x, y - found.y);
      if (away < reach) {
        reach = away;
        best = properties;
      }
    }
    return best;
  },
});
