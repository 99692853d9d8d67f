/** Where households with most need live closest together: squares coloured by their number a km². */
import { densityClass } from '../data/density.js';
import { CanvasTiles } from './tiles.js';
import { RAMPS } from '../data/classes.js';

const ROUND = 40075016.686; // metres around the equator, as the map's projection has it
const CELL_STEP = 5; // a square of zoom z is a tile of zoom z + 5

export const DensityTiles = CanvasTiles.extend({
  options: { tileSize: 512, margin: 0 },

  urlOf({ x, y, z }) {
    return `/tiles/density/${z - 1}/${x}/${y}.mvt`;
  },

  /** Squares as [left, top, right, bottom, class] in pixels, one after the other. */
  decode({ density: layer }, { coords }) {
    const size = this.getTileSize().x;
    const n = layer?.length ?? 0;
    const squares = new Float32Array(n * 5);
    for (let i = 0; i < n; i += 1) {
      const feature = layer.feature(i);
      const { k, zoom } = feature.properties;
      const [left, top, right, bottom] = feature.bbox().map((unit) => (unit / layer.extent) * size);
      // The edge of a tile may cut a square: its size comes from its zoom, not from what is left.
      const middle = (coords.y + (top + bottom) / 2 / size) / 2 ** (coords.z - 1);
      const km = (ROUND / 1000 / 2 ** (zoom + CELL_STEP)) * cosine(middle);
      squares.set([left, top, right, bottom, densityClass(k / km ** 2)], i * 5);
    }
    return squares;
  },

  paint(context, { data }, size) {
    for (let i = 0; i < data.length; i += 5) {
      if (!data[i + 4]) continue;
      // Neighbours carry the squares of the rim, too; each paints its own part.
      const left = Math.max(0, data[i]);
      const top = Math.max(0, data[i + 1]);
      context.fillStyle = RAMPS.density[data[i + 4]];
      context.fillRect(left, top, Math.min(size, data[i + 2]) - left, Math.min(size, data[i + 3]) - top);
    }
  },
});

/** Cosine of the latitude at a height of the world (0 north, 1 south). */
function cosine(y) {
  return 1 / Math.cosh(Math.PI * (1 - 2 * y));
}
