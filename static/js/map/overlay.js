/** Drawings over the whole view: place names with a halo, and the graticule. */
import * as L from 'leaflet';
import { degrees, graticuleStep, placeLabels } from '../data/geometry.js';
import { ratio } from './tiles.js';

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';

/** A canvas as large as the view, drawn anew whenever the map comes to rest. */
export const Overlay = L.Layer.extend({
  initialize(options) {
    L.setOptions(this, options);
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create('canvas', 'overlay leaflet-zoom-hide');
    this.canvas.setAttribute('aria-hidden', 'true');
    map.getPane(this.options.pane).appendChild(this.canvas);
    this.redraw();
  },

  onRemove() {
    this.canvas.remove();
  },

  getEvents() {
    return { moveend: this.redraw, resize: this.redraw, viewreset: this.redraw };
  },

  redraw() {
    if (!this._map || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (this._map) this.render();
    });
  },

  render() {
    const size = this._map.getSize();
    const scale = this.options.ratio ?? ratio();
    this.canvas.width = size.x * scale;
    this.canvas.height = size.y * scale;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, this._map.containerPointToLayerPoint([0, 0]));
    const context = this.canvas.getContext('2d');
    context.scale(scale, scale);
    this.paint(context, size);
  },
});

const MOST = 250; // names considered for one view; more would never find room

/**
 * options: pane, labels() -> [{lon, lat, name, priority, fixed, small, below}]; `below` stands
 * under the symbol of its place. symbols() -> boxes in pixels of the view they give way to.
 */
export const Labels = Overlay.extend({
  options: { symbols: () => [] },

  paint(context) {
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const near = this._map.getBounds().pad(0.05);
    const candidates = this.options.labels()
      .filter(({ lat, lon }) => near.contains([lat, lon]))
      .sort((a, b) => Number(Boolean(b.fixed)) - Number(Boolean(a.fixed)) || b.priority - a.priority)
      .slice(0, MOST)
      .map((label) => {
        const { x, y } = this._map.latLngToContainerPoint([label.lat, label.lon]);
        const px = label.small ? 12 : 13;
        const font = `${label.fixed ? 700 : 500} ${label.fixed ? 14 : px}px ${FONT}`;
        const width = this.widthOf(context, label.name, font);
        return { ...label, x, y: y + (label.below ? 17 : 0), width, height: px + 4, font };
      });
    for (const { x, y, name, font } of placeLabels(candidates, 6, this.options.symbols())) {
      context.font = font;
      context.strokeStyle = 'rgba(255, 255, 255, 0.94)';
      context.lineWidth = 3;
      context.strokeText(name, x, y);
      context.fillStyle = '#1d2329';
      context.fillText(name, x, y);
    }
  },

  /** Width of a name in a font; measured once, since names come again at every rest. */
  widthOf(context, name, font) {
    this.widths ??= new Map();
    const key = `${font}${name}`;
    if (!this.widths.has(key)) {
      context.font = font;
      this.widths.set(key, context.measureText(name).width);
    }
    return this.widths.get(key);
  },
});

/** Lines of latitude and longitude with their values, for maps without a base map. */
export const Graticule = Overlay.extend({
  paint(context, size) {
    const bounds = this._map.getBounds();
    const step = graticuleStep(bounds.getEast() - bounds.getWest());
    context.strokeStyle = 'rgba(89, 98, 108, 0.2)';
    context.fillStyle = '#6b737b';
    context.font = `11px ${FONT}`;
    context.lineWidth = 1;
    for (let lng = Math.ceil(bounds.getWest() / step) * step; lng < bounds.getEast(); lng += step) {
      const { x } = this._map.latLngToContainerPoint([bounds.getCenter().lat, lng]);
      this.line(context, x, 0, x, size.y);
      context.textAlign = 'center';
      context.fillText(`${degrees(lng, step)}E`, x, size.y - 6);
    }
    for (let lat = Math.ceil(bounds.getSouth() / step) * step; lat < bounds.getNorth(); lat += step) {
      const { y } = this._map.latLngToContainerPoint([lat, bounds.getCenter().lng]);
      this.line(context, 0, y, size.x, y);
      context.textAlign = 'left';
      context.fillText(`${degrees(lat, step)}N`, 4, y - 4);
    }
  },

  line(context, x1, y1, x2, y2) {
    context.beginPath();
    context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
    context.stroke();
  },
});
