/**
 * Putting something on the map by hand: a household, or a unit without an outline. Nothing is
 * written until it is saved; if somebody else moved it meanwhile, both places are shown. Writes
 * `move` (what is being placed) and `moved` (what was, with its undo).
 */
import { _ } from './i18n.js';
import { away, between } from './near.js';

export const ACCURACIES = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const WORLD = 156543.03392; // metres to a pixel at zoom 0 on the equator
const HAND = 4; // pixels a finger or a mouse may be off
const CHANGED = 409;

/** How exact a point set by hand is, in metres: a few pixels of the map it was set on. */
export function accuracyAt(lat, zoom) {
  const metres = (WORLD * Math.cos((lat * Math.PI) / 180) * HAND) / 2 ** zoom;
  return ACCURACIES.find((step) => step >= metres) ?? ACCURACIES.at(-1);
}

export class Placing {
  constructor(model) {
    this.model = model;
  }

  get move() { return this.model.state.move; }
  set(patch) { this.model.store.set(patch); }
  update(patch) { if (this.move) this.set({ move: { ...this.move, ...patch } }); }

  /** subject: {kind: 'household' | 'area', id, name, version, lon, lat}; lon null: nowhere yet. */
  start({ kind, id, name, version, lon = null, lat = null, accuracy = null }) {
    const from = lon === null ? null : { lon, lat };
    this.set({
      moved: null,
      move: {
        kind, id, name, version, from, at: from, accuracy, byHand: false, saving: false, error: '',
        conflict: null,
      },
    });
  }

  /** A unit without an outline: where it stands, and since which version, is asked for first. */
  async startUnit({ id, name }) {
    try {
      const place = await this.model.api.placeOf(id, this.model.signal('place'));
      this.start({ kind: 'area', id, name, ...place });
    } catch (error) {
      if (error.name !== 'AbortError') this.model.announce(error.message);
    }
  }

  /** The pin was put at a place, on a map of some zoom. */
  put({ lon, lat }, zoom) {
    const accuracy = this.move.byHand ? this.move.accuracy : accuracyAt(lat, zoom);
    this.update({ at: { lon, lat }, accuracy, error: '' });
    if (this.shift) this.model.announce(this.shift);
  }

  setAccuracy(accuracy) { this.update({ accuracy, byHand: true }); }
  cancel() { this.set({ move: null }); }

  /** How far from where it was, in words; '' where it has not moved or was nowhere. */
  get shift() {
    const { from, at } = this.move;
    if (!from || !at || (from.lon === at.lon && from.lat === at.lat)) return '';
    return away(between(from, at));
  }

  get savable() { return Boolean(this.move?.at) && !this.move.saving && (!this.move.from || this.shift !== ''); }

  async save() {
    if (!this.savable) return;
    const { kind, id, name, at, accuracy, version } = this.move;
    const { shift } = this;
    this.update({ saving: true, error: '' });
    try {
      const { act } = await this.model.api.locate(kind, id, {
        lon: at.lon, lat: at.lat, accuracy_m: accuracy, source: 'pin', version,
      });
      this.set({ move: null });
      await this.model.refresh({ force: true });
      this.report({ kind, id, name, act, shift, undone: false, error: '' });
    } catch (error) {
      if (error.status === CHANGED && error.data) this.update({ saving: false, conflict: error.data });
      else this.update({ saving: false, error: error.message });
    }
  }

  /** Somebody else moved it: their place stands. */
  useTheirs() {
    this.cancel();
    return this.model.refresh({ force: true });
  }

  /** Somebody else moved it: ours is saved over theirs, knowingly. */
  keepMine() {
    const { version, lon, lat } = this.move.conflict;
    this.update({ version, from: { lon, lat }, conflict: null });
    return this.save();
  }

  report(moved) {
    this.set({ moved });
    this.model.announce(movedText(moved));
  }

  async undo() {
    const { moved } = this.model.state;
    if (!moved || moved.undone) return;
    try {
      await this.model.api.undoAct(moved.act);
      await this.model.refresh({ force: true });
      this.report({ ...moved, undone: true, error: '' });
    } catch (error) {
      this.set({ moved: { ...moved, error: error.message } });
    }
  }

  dismiss() { this.set({ moved: null }); }
}

/** What happened to the pin, in one sentence. */
export function movedText({ name, shift, undone }) {
  if (undone) return _('Undone: %(name)s is where it was.', { name });
  return shift ? _('%(name)s moved: %(shift)s of where it was.', { name, shift })
    : _('%(name)s is on the map now.', { name });
}
