/** A small town behind a fake API: two villages, four households without a contact, two people. */
import { MapModel } from '../../static/js/data/model.js';

const ROOT = { id: 'town', code: '152223100', name: '音德尔镇', level: 'township', type: '镇' };
const TODAY = '2026-11-22';

const row = (code, level, gap) => ({
  id: `id-${code}`, code, name: code, level, households: 100, in_scope: 100, linked: 100 - gap, gap,
  gap_reasons: { unassigned: gap }, withheld: [], linked_rate: (100 - gap) / 100,
});

export class FakeApi {
  constructor() {
    this.asked = [];
    this.linked = new Map();
    this.acts = new Map();
    this.homes = ['021001', '021001', '021002', '022001'].map((grid, i) => ({
      id: `h${i}`, head: `户${i}`, reason: 'unassigned', area: { code: `152223100${grid}`, name: grid },
    }));
  }

  open(area) {
    return this.homes.filter((home) => !this.linked.has(home.id) && home.area.code.startsWith(area));
  }

  async coverage({ area, level, on }) {
    this.asked.push(`coverage ${area} ${level} ${on}`);
    const codes = level === 'village'
      ? ['152223100021', '152223100022']
      : ['152223100021001', '152223100021002', '152223100022001'];
    const rows = codes.filter((code) => code.startsWith(area))
      .map((code) => row(code, level, this.open(code).length));
    const here = area === ROOT.code ? ROOT : { ...row(area, 'village', 0) };
    const total = { ...row(area, here.level, this.open(area).length) };
    return { on: on || TODAY, level, area: here, trail: [here], total, rows };
  }

  async previous() { return { gap: 5, on: '2026-10-22' }; }

  async gap({ area, cursor, limit = 2 }) {
    const all = this.open(area);
    const from = Number(cursor || 0);
    const next = from + limit < all.length ? String(from + limit) : null;
    return { total: all.length, next, rows: all.slice(from, from + limit) };
  }

  async candidates(area) {
    this.asked.push(`candidates ${area}`);
    return { rows: [
      { post: 'p-full', person: '满', links: 60, max: 60, full: true },
      { post: 'p-free', person: '空', links: 1, max: 60, full: false },
    ] };
  }

  async link(households, post) {
    for (const id of households) this.linked.set(id, post);
    const act = `act-${this.acts.size + 1}`;
    this.acts.set(act, households);
    return { linked: households.map((id) => ({ link: `l-${id}`, household: id })), refused: [], gap: {}, act };
  }

  async undoAct(act) {
    for (const id of this.acts.get(act)) this.linked.delete(id);
    this.acts.delete(act);
    return { undone: true, sentence: '' };
  }
}

/** A started model: {model, api, addresses} where addresses are what was written to the bar. */
export async function openPage(
  search = '', can = { link: true, households: true }, basemap = [],
) {
  const api = new FakeApi();
  const addresses = [];
  const model = new MapModel({
    config: { today: TODAY, on: TODAY, root: ROOT, can, basemap, urls: {} },
    api,
    history: {
      push: (address) => addresses.push(address),
      replace: (address) => addresses.splice(-1, 1, address),
    },
    search,
  });
  await model.start();
  return { model, api, addresses };
}
