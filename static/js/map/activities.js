/**
 * Public places at which activities were held: a flag with how many. Those that touch are one flag
 * with their sum; close up they fan out.
 */
import * as L from 'leaflet';
import { IssuePins, count } from './issues.js';

const [COLOUR, DARK] = ['#9a5b00', '#6b3f00'];
const [LEFT, HALF] = [5, 9]; // of a flag, from its middle

/** options: pane, load() -> {rows} of the API. Fires `load` once its places have come. */
export const ActivityPins = IssuePins.extend({
  options: { colour: COLOUR },

  onAdd(map) {
    this.venues = [];
    this.loading = true;
    IssuePins.prototype.onAdd.call(this, map);
    this.options.load().then(({ rows }) => this.take(rows)).catch(() => this.take([]));
  },

  take(rows) {
    this.loading = false;
    this.venues = rows.map((venue) => {
      const { x, y } = L.CRS.EPSG3857.latLngToPoint(L.latLng(venue.lat, venue.lon), 0);
      return { ...venue, wx: x / 256, wy: y / 256 };
    });
    this.redraw();
    this.fire('load');
  },

  isLoading() { return this.loading; },

  pins() { return this.venues; },

  number(pins) { return pins.reduce((sum, { n }) => sum + n, 0); },

  draw(context, { x, y, pins }) {
    if (this.options.chosen && pins.some(({ id }) => id === this.options.chosen)) {
      context.beginPath();
      context.arc(x, y, HALF + 6, 0, Math.PI * 2);
      context.strokeStyle = '#0b5f73';
      context.lineWidth = 3;
      context.stroke();
    }
    context.beginPath();
    context.moveTo(x - LEFT, y + HALF);
    context.lineTo(x - LEFT, y - HALF);
    context.lineTo(x + HALF, y - HALF / 2);
    context.lineTo(x - LEFT, y);
    context.strokeStyle = '#ffffff';
    context.lineWidth = 5;
    context.stroke();
    context.fillStyle = COLOUR;
    context.fill();
    context.strokeStyle = DARK;
    context.lineWidth = 2;
    context.stroke();
    const n = this.number(pins);
    if (n > 1) count(context, x + HALF, y - HALF + 2, n, [DARK, DARK]);
  },
});
