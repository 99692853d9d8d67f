/**
 * What is open about single things on the map: the card of a household (`home` in the address),
 * several households at one point, a matter. Writes `place`, `card`, `stack`, `issue`, `venue`, `phones`.
 */
import { HOUSEHOLD } from './levels.js';

const SPOT = 5; // metres within which households count as being at one point
const MOST = 200; // of them listed

export class Places {
  constructor(model) {
    this.model = model;
  }

  get state() { return this.model.state; }
  set(patch) { this.model.store.set(patch); }

  /**
   * Opens the card of a household {id, lon, lat, here}; `here`: it is in view already. Null closes.
   */
  show(place) {
    if (!place) return this.close();
    this.set({ place, issue: null, venue: null });
    const level = this.model.route.level === HOUSEHOLD ? HOUSEHOLD : '';
    return this.model.go({ home: place.id, level });
  }

  /** Closes what is on top: the household, else the list or the matter beneath it. */
  close() {
    if (this.model.route.home) {
      this.set({ place: null, card: null, moved: null });
      return this.model.go({ home: '' });
    }
    this.set({ place: null, stack: null, issue: null, venue: null });
    return undefined;
  }

  async refresh(force) {
    const { on } = this.model.route;
    const id = this.model.canSeeHouseholds ? this.model.route.home : '';
    if (!id) {
      if (this.state.card) this.set({ card: null, place: null });
      return;
    }
    const { card, place } = this.state;
    if (!force && card?.id === id && card.on === on) return;
    const data = card?.id === id ? card.data : null;
    this.set({ card: { id, on, data, loading: true, error: '' } });
    try {
      const found = await this.model.api.card({ id, on }, this.model.signal('card'));
      if (this.state.card?.id !== id || this.state.card.on !== on) return;
      const asked = place?.id === id;
      const here = asked ? Boolean(place.here || located(place)) : Boolean(this.model.route.at);
      this.set({ card: { id, on, data: found, loading: false, error: '' }, place: markOf(found, here) });
    } catch (error) {
      if (error.name === 'AbortError' || this.state.card?.id !== id) return;
      this.set({ card: { id, on, data, loading: false, error: error.message } });
    }
  }

  /** The phone of a household; asking is logged, and what was told stays in this tab alone. */
  async askPhone(id) {
    if (this.state.phones.get(id)?.loading) return;
    const keep = (told) => this.set({ phones: new Map(this.state.phones).set(id, told) });
    keep({ loading: true });
    try {
      keep({ number: (await this.model.api.phone(id)).phone });
    } catch (error) {
      keep({ error: error.message });
    }
  }

  /** The households at one point {lon, lat}, as a list: a tower has many. */
  async showStack({ lon, lat, within = SPOT }) {
    const key = `${lon},${lat}`;
    this.set({ stack: { key, lon, lat, total: 0, rows: [], loading: true, error: '' }, issue: null, venue: null });
    if (this.model.route.home) await this.model.go({ home: '' });
    try {
      const { total, rows } = await this.model.api.at(
        { lon, lat, within, limit: MOST, on: this.model.route.on }, this.model.signal('stack'),
      );
      if (this.state.stack?.key !== key) return;
      this.set({ stack: { key, lon, lat, total, rows, loading: false, error: '' } });
    } catch (error) {
      if (error.name === 'AbortError' || this.state.stack?.key !== key) return;
      this.set({ stack: { ...this.state.stack, loading: false, error: error.message } });
    }
  }

  /** A place of activities, as the layer read it: everything of its card has come along. */
  showVenue(venue) {
    this.set({ venue, stack: null, issue: null });
    return this.model.route.home ? this.model.go({ home: '' }) : undefined;
  }

  /** A matter at a public place, by its id. */
  async showIssue(id) {
    this.set({ issue: { id, data: null, error: '' }, stack: null, venue: null });
    if (this.model.route.home) await this.model.go({ home: '' });
    try {
      const data = await this.model.api.issue(id, this.model.signal('issue'));
      if (this.state.issue?.id === id) this.set({ issue: { id, data, error: '' } });
    } catch (error) {
      if (error.name === 'AbortError' || this.state.issue?.id !== id) return;
      this.set({ issue: { id, data: null, error: error.message } });
    }
  }
}

export const located = (row) => typeof row?.lon === 'number' && typeof row?.lat === 'number';

/** What the map marks of a household that has been read. */
const markOf = (card, here) => ({
  id: card.id,
  lon: card.lon,
  lat: card.lat,
  accuracy: card.accuracy_m,
  here: here || !located(card),
});
