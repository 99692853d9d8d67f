/**
 * Open matters at public places. A triangle is a matter: hollow while in time, filled once
 * overdue. Those that touch are one triangle with their number; close up they fan out.
 */
import { fan, groupPins } from '../data/spread.js';
import { Overlay } from './overlay.js';
import { DataTiles } from './tiles.js';

const ISSUE = '#7a1fa2';
const HALF = 8; // half the width of a triangle
const TOUCH = 15; // pixels between pins that would cover each other
const GAP = 26; // pixels between the pins of a fan
export const FAN_ZOOM = 15; // from here on a group fans out
const REACH = { mouse: 13, touch: 24 };

/** Matters with their place on the world (0..1), whatever the zoom. */
export const IssueTiles = DataTiles.extend({
  options: { tileSize: 512 },

  urlOf({ x, y, z }) {
    const on = this.options.on ? `?on=${this.options.on}` : '';
    return `/tiles/issues/${z - 1}/${x}/${y}.mvt${on}`;
  },

  decode({ issues: layer }, { coords }) {
    const tiles = 2 ** (coords.z - 1);
    const pins = [];
    for (let i = 0; i < (layer?.length ?? 0); i += 1) {
      const feature = layer.feature(i);
      const [[point]] = feature.loadGeometry();
      const { id, kind, state } = feature.properties;
      pins.push({
        id: String(id), kind, overdue: state === 'overdue',
        wx: (coords.x + point.x / layer.extent) / tiles,
        wy: (coords.y + point.y / layer.extent) / tiles,
      });
    }
    return pins;
  },

  /** All matters on the loaded tiles, each once, in an order of their own. */
  pins() {
    const found = new Map();
    for (const pins of this.shown()) for (const pin of pins) found.set(pin.id, pin);
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  },
});

/** options: pane, pins() -> those of IssueTiles. */
export const IssuePins = Overlay.extend({
  options: { colour: ISSUE }, // of the lines of a fan

  /** Places of what is drawn: {x, y} in the world's pixels, pins, and leader lines. */
  layout() {
    const side = 256 * 2 ** this._map.getZoom();
    const pins = this.pins().map((pin) => ({ ...pin, x: pin.wx * side, y: pin.wy * side }));
    const spread = this._map.getZoom() >= FAN_ZOOM;
    return groupPins(pins, TOUCH).flatMap((group) => {
      if (group.pins.length === 1 || !spread) return [group];
      return fan(group.pins.length, GAP).map(({ dx, dy }, i) => ({
        x: group.x + dx, y: group.y + dy, pins: [group.pins[i]], from: { x: group.x, y: group.y },
      }));
    });
  },

  pins() { return this.options.pins(); },

  paint(context, size) {
    const origin = this._map.getPixelBounds().min;
    this.marks = this.layout();
    const near = this.marks.filter(({ x, y }) =>
      x > origin.x - GAP && y > origin.y - GAP && x < origin.x + size.x + GAP && y < origin.y + size.y + GAP);
    context.translate(-origin.x, -origin.y);
    context.lineJoin = 'round';
    for (const mark of near) if (mark.from) leader(context, mark, this.options.colour);
    for (const mark of near) if (mark.from) dot(context, mark.from, this.options.colour);
    for (const mark of near) this.draw(context, mark);
    this.boxes = near.flatMap((mark) => boxesOf(mark, origin, this.number(mark.pins)));
    this.fire('painted');
  },

  draw(context, mark) { triangle(context, mark, this.options.chosen); },

  /** What the number at the corner of a mark of these pins counts. */
  number(pins) { return pins.length; },

  /** What stands under a place: {pins, places, lat, lon}, or null. */
  markAt(latlng, pointer = 'mouse') {
    if (!this._map || !this.marks) return null;
    const at = this._map.project(latlng);
    let best = null;
    let reach = REACH[pointer] ?? REACH.mouse;
    for (const mark of this.marks) {
      const away = Math.hypot(mark.x - at.x, mark.y - at.y);
      if (away < reach) [best, reach] = [mark, away];
    }
    return best && this.told(best);
  },

  /** A mark with the place it stands at and the places of its matters. */
  told(mark) {
    const { lat, lng } = this._map.unproject([mark.x, mark.y]);
    const side = 256 * 2 ** this._map.getZoom();
    return {
      pins: mark.pins, lat, lon: lng, places: mark.pins.map(({ wx, wy }) => this._map.unproject([wx * side, wy * side])),
    };
  },

  /** All marks within the view. */
  inView() {
    const bounds = this._map.getPixelBounds();
    return (this.marks ?? []).filter(({ x, y }) => bounds.contains([x, y])).map((mark) => this.told(mark));
  },
});

/** What a mark covers, in pixels of the view: its triangle, the number at its corner, its place. */
function boxesOf({ x, y, from }, origin, n) {
  const box = (at, side) => ({ x: at.x - origin.x, y: at.y - origin.y, width: side, height: side });
  const boxes = [box({ x, y }, 18)];
  if (n > 1) boxes.push(box({ x: x + HALF + 3, y: y - HALF + 2 }, 18));
  if (from) boxes.push(box(from, 7));
  return boxes;
}

function leader(context, { x, y, from }, colour) {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(x, y);
  context.strokeStyle = 'rgba(255, 255, 255, 0.9)';
  context.lineWidth = 3;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
}

function dot(context, { x, y }, colour) {
  context.beginPath();
  context.arc(x, y, 2.5, 0, Math.PI * 2);
  context.fillStyle = colour;
  context.fill();
}

function triangle(context, { x, y, pins }, chosen) {
  const overdue = pins.some((pin) => pin.overdue);
  const shape = () => {
    context.beginPath();
    context.moveTo(x, y - HALF + 0.5);
    context.lineTo(x + HALF, y + HALF - 2);
    context.lineTo(x - HALF, y + HALF - 2);
    context.closePath();
  };
  if (chosen && pins.some(({ id }) => id === chosen)) {
    context.beginPath();
    context.arc(x, y, HALF + 7, 0, Math.PI * 2);
    context.strokeStyle = '#0b5f73';
    context.lineWidth = 3;
    context.stroke();
  }
  shape();
  context.strokeStyle = '#ffffff';
  context.lineWidth = 5;
  context.stroke();
  context.fillStyle = overdue ? ISSUE : '#ffffff';
  context.fill();
  context.strokeStyle = ISSUE;
  context.lineWidth = 2;
  context.stroke();
  if (pins.length > 1) count(context, x + HALF, y - HALF + 2, pins.length);
}

/** How many, at the upper right of a symbol. */
export function count(context, x, y, n, [line, ink] = [ISSUE, '#4d1268']) {
  const text = String(n);
  const width = 7 + text.length * 6.5;
  context.beginPath();
  context.roundRect(x - 4, y - 7, width, 14, 7);
  context.fillStyle = '#ffffff';
  context.strokeStyle = line;
  context.lineWidth = 1.2;
  context.fill();
  context.stroke();
  context.fillStyle = ink;
  context.font = '700 10.5px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x - 4 + width / 2, y + 0.5);
}
