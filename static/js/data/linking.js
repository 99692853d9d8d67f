/**
 * The panel that closes a gap: the households of an area that have nobody, the people who could
 * take them, the naming itself and its undoing. Writes `gap`, `candidates`, `picked`, `result`
 * into the model's store.
 */
import { _, ngettext } from './i18n.js';
import { isRemainder, keyOf } from './coverage.js';

export class Linking {
  constructor(model) {
    this.model = model;
    this.from = '';
  }

  get state() { return this.model.state; }
  set(patch) { this.model.store.set(patch); }

  /** {area, reason} of the list that is open. */
  get scope() {
    const { route, selected, areaCode } = this.model;
    if (selected && isRemainder(selected)) return { area: areaCode, reason: 'no_grid' };
    return { area: selected ? keyOf(selected) : areaCode, reason: route.reason };
  }

  /** The list is shown in a panel, or as the list itself at the level of single households. */
  get wanted() {
    return this.model.canSeeHouseholds
      && (Boolean(this.model.route.open) || this.model.level === 'household');
  }

  open(reason = '') {
    this.set({ result: null });
    return this.model.go({ open: 'gap', reason });
  }

  filter(reason) { return this.model.go({ reason }, { replace: true }); }

  /** What the strip of a result stands on: the area that is shown, on its day. */
  get ground() {
    const { area, sel, on } = this.model.route;
    return `${area}|${sel}|${on}`;
  }

  /** The strip leaves when another area is shown, or the card of another household. */
  leave() {
    const { result } = this.state;
    const { home } = this.model.route;
    if (!result) return;
    const other = result.home && home && home !== result.home;
    if (result.ground !== this.ground || other) this.set({ result: null });
  }

  async refresh(force) {
    this.leave();
    const { area, reason } = this.scope;
    const key = this.wanted ? `${area}|${reason}|${this.model.route.on}` : '';
    if (!key) {
      if (this.state.gap) this.set({ gap: null, picked: new Set(), candidates: null });
      return;
    }
    if (!force && this.state.gap?.key === key) {
      await this.candidates();
      return;
    }
    const keep = force && this.state.gap?.key === key;
    this.set({
      gap: { key, total: null, rows: keep ? this.state.gap.rows : [], next: null, loading: true, error: '' },
      picked: new Set(),
      candidates: null,
    });
    await this.load('');
    if (this.model.route.open === 'link') this.model.go({ open: 'gap' }, { replace: true });
  }

  /** The next page, by the cursor of the one before. */
  more() {
    if (this.state.gap?.next && !this.state.gap.loading) return this.load(this.state.gap.next);
    return undefined;
  }

  async load(cursor) {
    const { key } = this.state.gap;
    this.set({ gap: { ...this.state.gap, loading: true, error: '' } });
    try {
      const page = await this.model.api.gap({ ...this.scope, cursor }, this.model.signal('gap'));
      if (this.state.gap?.key !== key) return;
      const rows = cursor ? [...this.state.gap.rows, ...page.rows] : page.rows;
      this.set({ gap: { key, total: page.total, rows, next: page.next, loading: false, error: '' } });
    } catch (error) {
      if (error.name === 'AbortError' || this.state.gap?.key !== key) return;
      this.set({ gap: { ...this.state.gap, loading: false, error: error.message } });
    }
  }

  pick(id, on) {
    const picked = new Set(this.state.picked);
    if (on) picked.add(id);
    else picked.delete(id);
    this.set({ picked });
  }

  pickAll(on) {
    this.set({ picked: new Set(on ? this.state.gap.rows.map((row) => row.id) : []) });
  }

  /** Goes on to choosing who takes the picked households; `from`: whose card that began on. */
  choose(from = '') {
    this.from = from;
    return this.model.go({ open: 'link' });
  }

  /** To where the choice began: the card of a household, else the list. */
  back(options) {
    return this.model.go(this.from ? { open: '', reason: '', home: this.from } : { open: 'gap' }, options);
  }

  /** Goes on to choosing who takes one household, whatever list is open. */
  async chooseFor(id) {
    const card = this.state.card?.data;
    await this.model.go({ open: 'gap', reason: '', home: '' });
    const row = this.state.gap?.rows.find((item) => item.id === id);
    const { gap } = this.state;
    if (!row && gap && card) this.set({ gap: { ...gap, rows: [{ ...card, located: true }, ...gap.rows] } });
    this.set({ picked: new Set([id]), result: null });
    return this.choose(id);
  }

  /** The smallest area all picked households share: their own, their village, or the list's. */
  get commonArea() {
    const codes = this.state.gap.rows
      .filter((row) => this.state.picked.has(row.id))
      .map((row) => row.area?.code ?? '');
    const [first = ''] = codes;
    for (const length of [first.length, 15, 12]) {
      const prefix = first.slice(0, length);
      if (prefix.length >= 12 && codes.every((code) => code.startsWith(prefix))) return prefix;
    }
    return this.scope.area;
  }

  async candidates() {
    if (this.model.route.open !== 'link') {
      if (this.state.candidates) this.set({ candidates: null });
      return;
    }
    if (!this.state.picked.size) {
      this.model.go({ open: 'gap' }, { replace: true });
      return;
    }
    if (this.state.candidates) return;
    this.set({ candidates: { rows: [], loading: true, error: '', chosen: '', saving: false } });
    try {
      const { rows } = await this.model.api.candidates(this.commonArea, this.model.signal('candidates'));
      const best = rows.find((row) => !row.full);
      this.update({ rows, loading: false, chosen: best?.post ?? '' });
    } catch (error) {
      if (error.name !== 'AbortError') this.update({ loading: false, error: error.message });
    }
  }

  update(patch) {
    if (this.state.candidates) this.set({ candidates: { ...this.state.candidates, ...patch } });
  }

  take(post) { this.update({ chosen: post, error: '' }); }

  /** Names the chosen person as contact of the picked households; the numbers are read anew. */
  async confirm() {
    const { chosen, rows, saving } = this.state.candidates;
    const candidate = rows.find((row) => row.post === chosen);
    if (saving || !candidate) return;
    this.update({ saving: true, error: '' });
    const before = this.model.target?.gap ?? null;
    const { ground } = this;
    try {
      const done = await this.model.api.link([...this.state.picked], chosen);
      this.set({ candidates: null, picked: new Set() });
      await this.back({ replace: true });
      await this.model.refresh({ force: true });
      this.report({
        home: this.from,
        ground,
        person: candidate.person,
        role: candidate.role_label,
        links: done.linked.map((item) => item.link),
        act: done.act,
        refused: done.refused,
        before,
        after: this.model.target?.gap ?? null,
        undone: false,
        error: '',
      });
    } catch (error) {
      this.update({ saving: false, error: error.message });
    }
  }

  report(result) {
    this.set({ result });
    this.model.announce(resultText(result));
    this.leave();
  }

  async undo() {
    const { result } = this.state;
    if (!result || result.undone) return;
    try {
      await this.model.api.undoAct(result.act);
      await this.model.refresh({ force: true });
      this.report({ ...result, undone: true, error: '', after: this.model.target?.gap ?? null });
    } catch (error) {
      this.set({ result: { ...result, error: error.message } });
    }
  }

  dismiss() { this.set({ result: null }); }
}

/** What happened, in one sentence. */
export function resultText({ links, person, undone, before, after }) {
  if (undone) return _('Undone. %(after)s households without contact again.', { after });
  const named = ngettext(
    '%(person)s is now the contact of %(n)s household.',
    '%(person)s is now the contact of %(n)s households.',
    links.length, { person },
  );
  if (!links.length || before === null || after === null) return named;
  return `${named} ${_('Without contact: %(before)s, now %(after)s.', { before, after })}`;
}
