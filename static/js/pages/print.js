/** The print view: what the map's address shows, on sheets. */
import { Api } from '../data/api.js';
import { MapModel } from '../data/model.js';
import { pageStarts } from '../data/paper.js';
import { formatRoute, parseRoute } from '../data/urlstate.js';
import { legend, listSheets, mapSheet, number, scale, title } from '../components/sheets.js';
import { PaperMap } from '../map/paper.js';

const AIR = 32; // pixels beside a sheet on the screen
const PATIENCE = 5000; // ms

/** Paper is passed on: small counts of needs are withheld from it whoever prints. */
class PaperApi extends Api {
  coverage(query, signal) {
    return this.get('/coverage', { ...query, print: 1 }, signal);
  }
}

const config = JSON.parse(document.getElementById('page-config').textContent);
const sheets = document.querySelector('.sheets');
const button = document.getElementById('print');

/** Of the map's address what a sheet shows: no panel, no household, no place of mine. */
function shownBy(search) {
  const route = parseRoute(search);
  for (const key of ['open', 'reason', 'home', 'near', 'own']) route[key] = '';
  return route;
}

const choice = `paper=${config.paper}&ink=${config.ink}`;
// Nothing on a sheet is a step to go back from.
const history = { push: () => {}, replace: () => {} };
const model = new MapModel({
  config, api: new PaperApi({ signedOut: () => globalThis.location.reload() }), history,
  search: formatRoute(shownBy(globalThis.location.search)),
});

/** On the screen a sheet is never wider than the window. */
function fit() {
  const shell = document.querySelector('.sheet');
  const room = document.getElementById('main').clientWidth - Math.min(AIR, globalThis.innerWidth / 20);
  sheets.style.setProperty('--fit', Math.min(1, room / (shell?.offsetWidth || room)).toFixed(4));
}

function fail(message) {
  const notice = document.getElementById('failure');
  notice.textContent = message;
  notice.hidden = false;
}

/** The place chosen on the sheet stays in the address, on the other paper and back on the map. */
function keep(at) {
  const address = formatRoute({ ...model.route, at });
  globalThis.history.replaceState(null, '', `${address}&${choice}`);
  for (const link of document.querySelectorAll('.choice a, .back')) {
    const own = new URLSearchParams(new URL(link.href).search);
    const query = new URLSearchParams(address);
    for (const name of ['paper', 'ink']) if (own.has(name)) query.set(name, own.get(name));
    link.search = query;
  }
}

/** The names of the villages of grids come after the numbers. */
function villages() {
  return new Promise((resolve) => {
    const stop = model.store.subscribe(({ villages: { key, names } }) => {
      if (!key || names.size) setTimeout(() => { stop(); resolve(); });
    });
    setTimeout(resolve, PATIENCE);
  });
}

async function start() {
  await model.start();
  if (model.state.error) return fail(model.state.error);
  await villages();
  document.title = title(model);
  const first = mapSheet(model);
  sheets.append(first);
  fit();
  const explain = () => first.querySelector('.paper-legend').replaceChildren(
    ...legend(model, paper).flat(Infinity).filter(Boolean));
  const paper = new PaperMap(document.getElementById('map'), model, {
    moved: (at) => {
      if (at) keep(at);
      first.querySelector('.paper-scale').replaceChildren(
        ...scale(paper, first.querySelector('.paper-side').clientWidth));
    },
    named: explain,
    ready: () => {
      sheets.setAttribute('aria-busy', 'false');
      button.disabled = false;
    },
  });
  sheets.append(...listSheets(model, sheets, pageStarts));
  number([...sheets.children]);
  await paper.show();
  return undefined;
}

globalThis.addEventListener('resize', fit);
button.addEventListener('click', () => globalThis.print());
start().catch((error) => fail(error.message));
