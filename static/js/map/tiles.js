/** Vector tiles: fetching, decoding between frames, and a canvas grid layer that others paint on. */
import * as L from 'leaflet';
import Pbf from 'pbf';
import { VectorTile } from '@mapbox/vector-tile';
import { soon } from '../data/soon.js';

const HELD = 48; // tiles of outlines kept for layers that show the same ones

/** Layers of one tile; an empty object where the server has nothing there. */
export async function fetchTile(url, signal) {
  const response = await fetch(url, { signal, credentials: 'same-origin' });
  if (response.status === 204 || response.status === 404) {
    // An answer nobody reads would keep its connection.
    response.body?.cancel();
    return {};
  }
  if (!response.ok) throw new Error(`tile ${response.status}`);
  const buffer = await response.arrayBuffer();
  return buffer.byteLength ? new VectorTile(new Pbf(buffer)).layers : {};
}

const held = new Map();

/** A tile of outlines, asked for once by all layers that draw it. Never for anything personal. */
export function sharedTile(url) {
  const found = held.get(url) ?? fetchTile(url);
  held.delete(url);
  held.set(url, found);
  if (held.size > HELD) held.delete(held.keys().next().value);
  found.catch(() => held.delete(url));
  return found;
}

/**
 * A grid layer that holds decoded tiles and draws nothing itself.
 * A subclass gives urlOf(coords) and decode(layers, tile).
 */
export const DataTiles = L.GridLayer.extend({
  options: { updateWhenZooming: false, keepBuffer: 1 },

  initialize(options) {
    L.GridLayer.prototype.initialize.call(this, options);
    this.store = new Map();
    this.on('tileunload', ({ coords }) => {
      const key = this._tileCoordsToKey(coords);
      this.store.get(key)?.abort.abort();
      this.store.delete(key);
    });
  },

  load(url, signal) { return fetchTile(url, signal); },

  element() { return document.createElement('div'); },

  createTile(coords, done) {
    const element = this.element();
    const tile = { element, coords, abort: new AbortController(), data: null };
    this.store.set(this._tileCoordsToKey(coords), tile);
    // Leaflet asks for all tiles of a view at once, and each request costs the page a moment.
    soon(() => this.ask(tile, done));
    return element;
  },

  ask(tile, done) {
    const { signal } = tile.abort;
    if (signal.aborted) return;
    this.load(this.urlOf(tile.coords), signal)
      .then((layers) => soon(() => this.arrived(tile, layers, done)))
      .catch((error) => done(error.name === 'AbortError' ? null : error, tile.element));
  },

  arrived(tile, layers, done) {
    if (tile.abort.signal.aborted) return;
    tile.data = this.decode(layers, tile);
    this.show(tile);
    this.fire('decoded');
    done(null, tile.element);
  },

  show() {},

  /** Decoded data of all tiles of the zoom shown. */
  shown() {
    const list = [];
    for (const { data, coords } of this.store.values()) {
      if (data && coords.z === this._tileZoom) list.push(data);
    }
    return list;
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

/**
 * A grid layer of canvases. Each canvas is `margin` pixels larger than its tile on every side:
 * symbols on a tile's edge are whole and neighbours leave no seam at fractional zooms.
 * A subclass also gives paint(context, tile, size).
 */
export const CanvasTiles = DataTiles.extend({
  options: { margin: 1 },

  element() {
    const { margin } = this.options;
    const canvas = document.createElement('canvas');
    const side = this.getTileSize().x + margin * 2;
    const sharp = this.options.ratio ?? ratio();
    canvas.width = side * sharp;
    canvas.height = side * sharp;
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

  show(tile) {
    if (!tile.data) return;
    const { margin } = this.options;
    const size = this.getTileSize().x;
    const canvas = tile.element;
    const context = canvas.getContext('2d');
    const scale = canvas.width / (size + margin * 2);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, margin * scale, margin * scale);
    this.paint(context, tile, size);
  },

  /** Paints all tiles anew, a few between two frames: dense ones take their time. */
  repaint() {
    for (const tile of this.store.values()) {
      if (tile.due) continue;
      tile.due = true;
      soon(() => {
        tile.due = false;
        this.show(tile);
      });
    }
  },
});

/** Pixels of a canvas to one of the page; more than three are never seen. */
export const ratio = () => Math.min(3, globalThis.devicePixelRatio || 1);
