/** Areas of one level, filled by a style function, with hit testing and label points. */
import * as L from 'leaflet';
import { boxOf, inBox, inRings } from '../data/geometry.js';
import { fillFor } from './patterns.js';
import { CanvasTiles, sharedTile } from './tiles.js';

const PIN = 7; // half the side of the symbol of an area without an outline
const BAND = 6; // pixels of an area's edge in its own colour
const REACH = 14; // pixels around it that still count as touching it

/** A ring of tile units as part of a path in pixels. */
function trace(path, ring, scale) {
  for (let i = 0; i < ring.length; i += 1) {
    if (i) path.lineTo(ring[i].x * scale, ring[i].y * scale);
    else path.moveTo(ring[i].x * scale, ring[i].y * scale);
  }
  path.closePath();
}

/**
 * options: level, on (date or ''), styleOf(properties) ->
 *   {fill: colour | 'hatch' | 'empty' | 'bare' | null, stroke, width, dash, band, over, rank} or null
 *   to leave an area out; `over`: a pattern on the fill; `band`: a colour along its inner edge. Areas of a higher rank are drawn over the others.
 */
export const AreaTiles = CanvasTiles.extend({
  // Tiles of one zoom less drawn at twice the size: a quarter of the requests.
  options: { tileSize: 512 },

  urlOf({ x, y, z }) {
    const on = this.options.on ? `&on=${this.options.on}` : '';
    return `/tiles/areas/${z - 1}/${x}/${y}.mvt?level=${this.options.level}${on}`;
  },

  load(url) { return sharedTile(url); },

  decode(layers, tile) {
    const size = this.getTileSize().x;
    const features = [];
    const layer = layers.areas;
    for (let i = 0; i < (layer?.length ?? 0); i += 1) {
      const feature = layer.feature(i);
      const rings = feature.loadGeometry();
      const path = new Path2D();
      for (const ring of rings) trace(path, ring, size / layer.extent);
      features.push({
        properties: feature.properties, path, rings, box: boxOf(rings), extent: layer.extent,
      });
    }
    const pins = this.decodePoints(layers.pins, tile.coords);
    return {
      features, pins, ids: new Set(features.map(({ properties }) => properties.id).concat([...pins.keys()])),
      labels: this.decodePoints(layers.labels, tile.coords),
    };
  },

  /** Points by area id: the properties with lon and lat, and x and y on the tile (0..1). */
  decodePoints(layer, coords) {
    const points = new Map();
    const size = this.getTileSize();
    for (let i = 0; i < (layer?.length ?? 0); i += 1) {
      const feature = layer.feature(i);
      const [[point]] = feature.loadGeometry();
      const [x, y] = [point.x / layer.extent, point.y / layer.extent];
      const at = L.point(coords.x + x, coords.y + y);
      const { lat, lng } = L.CRS.EPSG3857.pointToLatLng(at.scaleBy(size), coords.z);
      points.set(feature.properties.id, { ...feature.properties, lat, lon: lng, x, y });
    }
    return points;
  },

  paint(context, tile, size) {
    context.lineJoin = 'round';
    const over = [];
    for (const feature of tile.data.features) {
      const style = this.options.styleOf(feature.properties);
      if (style?.rank > 1) over.push([feature, style]);
      else if (style) this.area(context, feature, style);
    }
    over.sort((a, b) => a[1].rank - b[1].rank);
    for (const [feature, style] of over) this.area(context, feature, style);
    for (const pin of tile.data.pins.values()) {
      const style = this.options.styleOf(pin);
      if (style) this.pin(context, pin.x * size, pin.y * size, style);
    }
  },

  area(context, { path }, style) {
    if (style.fill) {
      context.fillStyle = fillFor(style.fill);
      context.fill(path, 'evenodd');
    }
    if (style.over) {
      context.fillStyle = fillFor(style.over);
      context.fill(path, 'evenodd');
    }
    if (style.band) this.band(context, path, style.band);
    if (style.width) {
      context.strokeStyle = style.stroke;
      context.lineWidth = style.width;
      context.setLineDash(style.dash ?? []);
      context.stroke(path);
    }
  },

  /** The inner edge of an area in a colour, where what lies beneath shows inside it. */
  band(context, path, fill) {
    context.save();
    context.clip(path, 'evenodd');
    context.strokeStyle = fillFor(fill);
    context.lineWidth = BAND * 2;
    context.setLineDash([]);
    context.stroke(path);
    context.restore();
  },

  /** An area known only by its place: a rounded square in its colour. */
  pin(context, x, y, { fill, width, rank, over }) {
    context.beginPath();
    context.roundRect(x - PIN, y - PIN, PIN * 2, PIN * 2, 3);
    context.setLineDash([]);
    // A white rim keeps it apart from an area as dark as itself.
    context.strokeStyle = '#ffffff';
    context.lineWidth = 5;
    context.stroke();
    context.fillStyle = fillFor(fill ?? '#ffffff');
    context.fill();
    if (over) {
      context.fillStyle = fillFor(over);
      context.fill();
    }
    context.strokeStyle = rank > 1 ? '#0b5f73' : '#59626c';
    context.lineWidth = Math.max(1.5, width);
    context.stroke();
  },

  /** Paints anew only the tiles that show one of these areas. */
  repaintAreas(ids) {
    for (const tile of this.store.values()) {
      if (ids.some((id) => tile.data?.ids.has(id))) this.show(tile);
    }
  },

  /** Properties of the drawn area under a place, or null. */
  areaAt(latlng) {
    const found = this.tileAt(latlng);
    if (!found) return null;
    const { tile, x, y } = found;
    const reach = REACH / this.getTileSize().x;
    for (const pin of tile.data.pins.values()) {
      if (Math.hypot(pin.x - x, pin.y - y) < reach && this.options.styleOf(pin)) return pin;
    }
    const hit = tile.data.features.find(({ box, rings, properties, extent }) =>
      inBox(x * extent, y * extent, box) && inRings(x * extent, y * extent, rings)
      && this.options.styleOf(properties));
    return hit?.properties ?? null;
  },

  /** One label point for each area on the loaded tiles: [{id, name, lon, lat}]. */
  labelPoints() {
    const points = new Map();
    for (const { labels, pins } of this.shown()) {
      for (const [id, properties] of labels) points.set(id, properties);
      for (const [id, properties] of pins) points.set(id, { ...properties, below: true });
    }
    return [...points.values()];
  },
});
