/** A draft of new boundaries as the editor holds it: its state, the tool in hand, what was said. */
import { _ } from './i18n.js';
import { Store } from './store.js';
import { Borders } from './topology.js';

/** Tools by the hand that uses them; `several` choose more than one grid. */
export const TOOLS = ['choose', 'draw', 'split', 'merge', 'move', 'barrier'];

export class RedrawModel {
  /** key: of the draft; api: data/api.js. */
  constructor({ key, api }) {
    this.path = `/redraws/${encodeURIComponent(key)}`;
    this.api = api;
    this.store = new Store({
      draft: null, borders: null, points: null, tool: 'choose', chosen: [], say: null, busy: false,
      look: null, drawn: 0,
    });
  }

  get state() { return this.store.state; }

  async load() {
    try {
      const draft = await this.api.get(this.path, {});
      this.take(draft);
      const { points } = await this.api.get(`${this.path}/households`, {});
      this.store.set({ points });
    } catch (error) {
      this.say(error.message, 'bad');
    }
  }

  /** A new state of the draft: whatever was being dragged or drawn is over. */
  take(draft) {
    const known = new Set(draft.areas.map(({ key }) => key));
    this.store.set({
      draft,
      borders: new Borders(draft.areas, draft.villages),
      chosen: this.state.chosen.filter((key) => known.has(key)),
      drawn: this.state.drawn + 1,
    });
  }

  area(key) { return this.state.draft?.areas.find((area) => area.key === key); }

  say(text, tone = '') { this.store.set({ say: text ? { text, tone } : null }); }

  use(tool) {
    const { chosen } = this.state;
    this.store.set({ tool, chosen: tool === 'merge' ? chosen : chosen.slice(-1), say: null });
  }

  /** Chooses a grid; with the tool for merging one more, or one less. */
  choose(key, { look = false } = {}) {
    const { chosen, tool } = this.state;
    const has = chosen.includes(key);
    const next = tool === 'merge'
      ? (has ? chosen.filter((one) => one !== key) : [...chosen, key])
      : (has && !look ? [] : [key]);
    this.store.set({ chosen: next, look: look ? { key } : this.state.look });
  }

  /** Brings a place into view. */
  lookAt(place) { this.store.set({ look: { place } }); }

  /** Makes one step; true where it was made. After a refusal the map shows what stands. */
  async step(change) {
    if (this.state.busy) return false;
    const { version } = this.state.draft;
    const done = await this.send(() => this.api.post(`${this.path}/steps`, { version, change }));
    if (!done) return false;
    if (done.keys?.length) this.store.set({ chosen: done.keys.slice(0, 1) });
    if (done.told?.length) this.say(done.told.join(' '), 'warn');
    return true;
  }

  addBarrier(barrier) {
    return this.send(() => this.api.post(`${this.path}/barriers`, barrier));
  }

  removeBarrier(id) {
    return this.send(() => this.api.remove(`${this.path}/barriers/${encodeURIComponent(id)}`));
  }

  async send(ask) {
    this.store.set({ busy: true, say: null });
    try {
      const done = await ask();
      this.take(done.state);
      return done;
    } catch (error) {
      this.take(error.data?.state ?? this.state.draft);
      this.say(error.message, error.status === 409 ? 'warn' : 'bad');
      return null;
    } finally {
      this.store.set({ busy: false });
    }
  }

  /** What to do with the tool in hand. */
  hint() {
    const { tool, chosen } = this.state;
    if (tool === 'draw') return _('Tap the corners of the new grid; tap the first corner again to finish.');
    if (tool === 'split') return _('Draw a line from border to border; tap its last point again to finish.');
    if (tool === 'barrier') return _('Draw the road, river or railway; tap its last point again to finish.');
    if (tool === 'move') return _('Drag a point of a border; both grids follow. Drag a small point to add one, press long to take one out.');
    if (tool === 'merge') {
      return chosen.length < 2
        ? _('Tap the grids that are to become one.')
        : _('%(n)s grids are chosen.', { n: chosen.length });
    }
    return '';
  }
}
