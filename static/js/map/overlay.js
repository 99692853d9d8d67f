/** Drawings over the whole view: place names with a halo, and the graticule. */
import * as L from 'leaflet';
import { degrees, graticuleStep, placeLabels } from '../data/geometry.js';

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';

/** A canvas as large as the view, drawn anew whenever the map comes to rest. */
const Overlay = L.Layer.extend({
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
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    this.canvas.width = size.x * ratio;
    this.canvas.height = size.y * ratio;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, this._map.containerPointToLayerPoint([0, 0]));
    const context = this.canvas.getContext('2d');
    context.scale(ratio, ratio);
    this.paint(context, size);
  },
});

/** options: pane, labels() -> [{lon, lat, name, priority, fixed, small}]. */
export const Labels = Overlay.extend({
  paint(context, size) {
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const candidates = this.options.labels().map((label) => {
      const { x, y } = this._map.latLngToContainerPoint([label.lat, label.lon]);
      const px = label.small ? 12 : 13;
      const font = `${label.fixed ? 700 : 500} ${label.fixed ? 14 : px}px ${FONT}`;
      context.font = font;
      const width = context.measureText(label.name).width;
      return { ...label, x, y, width, height: px + 4, font };
    }).filter(({ x, y, width }) => x > -width && y > 0 && x < size.x + width && y < size.y);
    for (const { x, y, name, font } of placeLabels(candidates, 6)) {
      context.font = font;
      context.strokeStyle = 'rgba(255, 255, 255, 0.94)';
      context.lineWidth = 3;
      context.strokeText(name, x, y);
      context.fillStyle = '#1d2329';
      context.fillText(name, x, y);
    }
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
