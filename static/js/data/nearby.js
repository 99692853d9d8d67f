/**
 * The households nearest to where one stands, or to a point of the map. A chosen point is kept in
 * the address; where a person stands is not. Writes `near` and `picking`.
 */
import { askPosition } from './near.js';

const LIMIT = 20;

export class Nearby {
  constructor(model, locate = askPosition) {
    this.model = model;
    this.locate = locate;
    this.me = false;
  }

  get near() { return this.model.state.near; }
  set(patch) { this.model.store.set(patch); }

  /** Opens the panel; where it is open already, closes it. */
  toggle() { return this.near ? this.close() : this.aroundMe(); }

  /** Nearest to this device; asks the browser for its position anew. */
  aroundMe() {
    this.me = true;
    this.set({ near: blank({ me: true, own: this.near?.own ?? false }), picking: false });
    return this.model.go({ near: '', home: '' });
  }

  /** The next touch of the map names the point. */
  pick() { this.set({ picking: true }); }
  stopPicking() { this.set({ picking: false }); }

  around({ lon, lat }) {
    this.me = false;
    this.set({ picking: false });
    return this.model.go({ near: `${lon.toFixed(6)},${lat.toFixed(6)}`, home: '' });
  }

  /** Only households whose contact one is, or all one may see. */
  setOwn(own) { return this.model.go({ own: own ? '1' : '' }, { replace: true }); }

  close() {
    this.leave();
    return this.model.go({ near: '', own: '' });
  }

  /** Something else takes its place. */
  leave() {
    this.me = false;
    if (this.near || this.model.state.picking) this.set({ near: null, picking: false });
  }

  async refresh(force) {
    const { near: point, own, on } = this.model.route;
    if (point) this.me = false;
    if (!this.model.canSeeHouseholds || !(this.me || point)) {
      if (this.near) this.set({ near: null, picking: false });
      return;
    }
    const key = [this.me ? 'me' : point, own, on].join('|');
    if (!force && this.near?.key === key) return;
    const centre = this.me ? this.near?.centre ?? null : pointOf(point);
    this.set({ near: { ...blank({ me: this.me, own: Boolean(own) }), key, centre } });
    try {
      const from = centre ?? await this.locate();
      this.update(key, { centre: from });
      const { rows } = await this.model.api.near(
        { ...from, limit: LIMIT, own: own ? 1 : '', on }, this.model.signal('near'),
      );
      this.update(key, { rows, loading: false });
    } catch (error) {
      if (error.name !== 'AbortError') this.update(key, { loading: false, error: error.message });
    }
  }

  update(key, patch) {
    if (this.near?.key === key) this.set({ near: { ...this.near, ...patch } });
  }
}

const blank = ({ me, own }) => ({
  key: '', me, own, centre: null, rows: [], loading: true, error: '',
});

/** {lon, lat} of "LON,LAT". */
export function pointOf(text) {
  const [lon, lat] = text.split(',').map(Number);
  return { lon, lat };
}
