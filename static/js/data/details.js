/**
 * What the panel of an area tells beyond its coverage row: who holds its posts, the emergency list
 * open there, and how the last weeks went (asked for only when wanted). Writes `details`.
 */
import { isRemainder } from './coverage.js';

export const WEEKS = 12;

export class Details {
  constructor(model) {
    this.model = model;
  }

  get details() { return this.model.state.details; }
  set(details) { this.model.store.set({ details }); }

  async refresh(force) {
    const row = this.model.selected;
    const key = row && !isRemainder(row) ? `${row.id}|${this.model.route.on}` : '';
    if (!key) {
      if (this.details) this.set(null);
      return;
    }
    if (!force && this.details?.key === key) return;
    const before = this.details?.key === key ? this.details : null;
    this.set({
      key, id: row.id, posts: before?.posts ?? null, emergency: before?.emergency ?? null, error: '', trend: null,
    });
    await Promise.all([
      this.loadPosts(key, row.id), this.loadEmergency(key, row.id), before?.trend ? this.openTrend() : null,
    ]);
  }

  async loadPosts(key, id) {
    try {
      const posts = await this.model.api.posts({ id, on: this.model.route.on }, this.model.signal('posts'));
      this.update(key, { posts });
    } catch (error) {
      if (error.name !== 'AbortError') this.update(key, { error: error.message });
    }
  }

  /** A list is opened and read now: an earlier day asks for none. */
  async loadEmergency(key, id) {
    if (this.model.isPast) return;
    try {
      this.update(key, { emergency: await this.model.api.emergency(id, this.model.signal('emergency')) });
    } catch (error) {
      if (error.name !== 'AbortError') this.update(key, { emergency: null });
    }
  }

  /** The last weeks: shown, or put away again. */
  toggleTrend() {
    if (!this.details) return undefined;
    if (!this.details.trend) return this.openTrend();
    this.set({ ...this.details, trend: null });
    return undefined;
  }

  /** geo: across a redraw by the grids of each day (''), or 'now' by today's. */
  async openTrend(geo = '') {
    const { key, id } = this.details;
    this.update(key, { trend: { rows: [], loading: true, error: '' } });
    try {
      const query = { id, weeks: WEEKS, on: this.model.route.on, geo: geo || undefined };
      const { rows, redrawn } = await this.model.api.trend(query, this.model.signal('trend'));
      this.update(key, { trend: { rows, redrawn, loading: false, error: '' } });
    } catch (error) {
      if (error.name !== 'AbortError') this.update(key, { trend: { rows: [], loading: false, error: error.message } });
    }
  }

  update(key, patch) {
    if (this.details?.key === key) this.set({ ...this.details, ...patch });
  }
}

/** Points of a line through values in a box, "x,y x,y": the least at the bottom, the first left. */
export function sparkPoints(values, width, height) {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, i) =>
    `${(i * step).toFixed(1)},${(height - ((value - low) / span) * height).toFixed(1)}`).join(' ');
}
