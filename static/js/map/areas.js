/** Areas of one level, filled by a style function, with hit testing and label points. */
import * as L from 'leaflet';
import { boxOf, inBox, inRings } from '../data/geometry.js';
import { CanvasTiles } from './tiles.js';

/** Diagonal strokes that mark withheld numbers; drawn in screen units so that tiles join. */
export function hatch(context, colour = '#9a958c') {
  const canvas = document.createElement('canvas');
  canvas.width = 8;
  canvas.height = 8;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3;
  for (const shift of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
    pen.stroke();
  }
  return context.createPattern(canvas, 'repeat');
}

/**
 * options: level, on (date or ''), styleOf(properties) ->
 *   {fill: colour | 'hatch' | null, stroke, width, dash, rank} or null to leave an area out.
 * Areas of a higher rank are drawn over the others.
 */
export const AreaTiles = CanvasTiles.extend({
  // Tiles of one zoom less drawn at twice the size: a quarter of the requests.
  options: { tileSize: 512 },

  urlOf({ x, y, z }) {
    const on = this.options.on ? `&on=${this.options.on}` : '';
    return `/tiles/areas/${z - 1}/${x}/${y}.mvt?level=${this.options.level}${on}`;
  },

  decode(layers, tile) {
    const features = [];
    const layer = layers.areas;
    for (let i = 0; i < (layer?.length ?? 0); i += 1) {
      const feature = layer.feature(i);
      const rings = feature.loadGeometry().map((ring) =>
        ring.map(({ x, y }) => ({ x: x / layer.extent, y: y / layer.extent })));
      features.push({ properties: feature.properties, rings, box: boxOf(rings) });
    }
    return { features, labels: this.decodeLabels(layers.labels, tile.coords) };
  },

  /** Where names stand: by area id the properties with lon and lat of the point. */
  decodeLabels(layer, coords) {
    const points = new Map();
    const size = this.getTileSize();
    for (let i = 0; i < (layer?.length ?? 0); i += 1) {
      const feature = layer.feature(i);
      const [[point]] = feature.loadGeometry();
      const at = L.point(coords.x + point.x / layer.extent, coords.y + point.y / layer.extent);
      const { lat, lng } = L.CRS.EPSG3857.pointToLatLng(at.scaleBy(size), coords.z);
      points.set(feature.properties.id, { ...feature.properties, lat, lon: lng });
    }
    return points;
  },

  paint(context, tile, size) {
    const drawn = tile.data.features
      .map((feature) => ({ feature, style: this.options.styleOf(feature.properties) }))
      .filter(({ style }) => style)
      .sort((a, b) => (a.style.rank ?? 0) - (b.style.rank ?? 0));
    for (const { feature, style } of drawn) {
      context.beginPath();
      for (const ring of feature.rings) {
        ring.forEach(({ x, y }, i) => {
          if (i) context.lineTo(x * size, y * size);
          else context.moveTo(x * size, y * size);
        });
        context.closePath();
      }
      if (style.fill) {
        context.fillStyle = style.fill === 'hatch' ? hatch(context) : style.fill;
        context.fill('evenodd');
      }
      if (style.width) {
        context.lineJoin = 'round';
        context.strokeStyle = style.stroke;
        context.lineWidth = style.width;
        context.setLineDash(style.dash ?? []);
        context.stroke();
      }
    }
  },

  /** Properties of the drawn area under a place, or null. */
  areaAt(latlng) {
    const found = this.tileAt(latlng);
    if (!found) return null;
    const { tile, x, y } = found;
    const hit = tile.data.features.find(({ box, rings, properties }) =>
      this.options.styleOf(properties) && inBox(x, y, box) && inRings(x, y, rings));
    return hit?.properties ?? null;
  },

  /** One label point for each area on the loaded tiles: [{id, name, lon, lat}]. */
  labelPoints() {
    const points = new Map();
    for (const tile of this.store.values()) {
      for (const [id, properties] of tile.data?.labels ?? []) points.set(id, properties);
    }
    return [...points.values()];
  },
});
