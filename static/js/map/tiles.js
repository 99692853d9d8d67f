/** Vector tiles: fetching, decoding and a canvas grid layer that others paint on. */
import * as L from 'leaflet';
import Pbf from 'pbf';
import { VectorTile } from '@mapbox/vector-tile';

/** Layers of one tile; an empty object where the server has nothing there. */
export async function fetchTile(url, signal) {
  const response = await fetch(url, { signal, credentials: 'same-origin' });
  if (response.status === 204 || response.status === 404) return {};
  if (!response.ok) throw new Error(`tile ${response.status}`);
  const buffer = await response.arrayBuffer();
  return buffer.byteLength ? new VectorTile(new Pbf(buffer)).layers : {};
}

/**
 * A grid layer of canvases. Each canvas is `margin` pixels larger than its tile on every side:
 * symbols on a tile's edge are whole and neighbours leave no seam at fractional zooms.
 * A subclass gives urlOf(coords), decode(layers, tile) and paint(context, tile, size).
 */
export const CanvasTiles = L.GridLayer.extend({
  options: { margin: 1, updateWhenZooming: false, keepBuffer: 1 },

  initialize(options) {
    L.GridLayer.prototype.initialize.call(this, options);
    this.store = new Map();
    this.on('tileunload', ({ coords }) => {
      const key = this._tileCoordsToKey(coords);
      this.store.get(key)?.abort.abort();
      this.store.delete(key);
    });
  },

  createTile(coords, done) {
    const { margin } = this.options;
    const side = this.getTileSize().x + margin * 2;
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const canvas = document.createElement('canvas');
    canvas.width = side * ratio;
    canvas.height = side * ratio;
    const tile = { canvas, coords, ratio, abort: new AbortController(), data: null };
    this.store.set(this._tileCoordsToKey(coords), tile);
    fetchTile(this.urlOf(coords), tile.abort.signal)
      .then((layers) => {
        tile.data = this.decode(layers, tile);
        this.repaintTile(tile);
        this.fire('decoded');
        done(null, canvas);
      })
      .catch((error) => done(error.name === 'AbortError' ? null : error, canvas));
    return canvas;
  },

  _initTile(canvas) {
    L.GridLayer.prototype._initTile.call(this, canvas);
    const { margin } = this.options;
    const side = this.getTileSize().x + margin * 2;
    canvas.style.width = `${side}px`;
    canvas.style.height = `${side}px`;
    canvas.style.margin = `${-margin}px`;
  },

  repaintTile(tile) {
    if (!tile.data) return;
    const { margin } = this.options;
    const size = this.getTileSize().x;
    const context = tile.canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, tile.canvas.width, tile.canvas.height);
    context.setTransform(tile.ratio, 0, 0, tile.ratio, margin * tile.ratio, margin * tile.ratio);
    this.paint(context, tile, size);
  },

  repaint() {
    for (const tile of this.store.values()) this.repaintTile(tile);
  },

  /** The decoded tile under a place and the place in its own units of 0..1. */
  tileAt(latlng) {
    if (!this._map || this._tileZoom === undefined) return null;
    const size = this.getTileSize().x;
    const point = this._map.project(latlng, this._tileZoom).divideBy(size);
    const tile = this.store.get(`${Math.floor(point.x)}:${Math.floor(point.y)}:${this._tileZoom}`);
    return tile?.data ? { tile, x: point.x % 1, y: point.y % 1 } : null;
  },
});
