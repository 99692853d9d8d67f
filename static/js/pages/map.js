/** The map page: wires model, components and map together. */
import { Api } from '../data/api.js';
import { MapModel } from '../data/model.js';
import { NOTHING_OPEN, formatRoute } from '../data/urlstate.js';
import { AreaCard } from '../components/area-card.js';
import { AreaList } from '../components/area-list.js';
import { AsOf, SearchBox, Trail } from '../components/bar.js';
import { GapPanel, HouseholdLevelList } from '../components/gap-list.js';
import { LayerChooser } from '../components/layer-chooser.js';
import { Legend } from '../components/legend.js';
import { MapItems } from '../components/map-items.js';
import { MapNote, PastNote } from '../components/map-tools.js';
import { NearPanel } from '../components/near-panel.js';
import { Notices } from '../components/notices.js';
import { Figures, Headline, Measures, ReasonKey, Status } from '../components/overview.js';
import { PlaceCard } from '../components/place-card.js';
import { Sheet } from '../components/sheet.js';
import { MapView } from '../map/view.js';

const ELEMENTS = {
  'lh-trail': Trail,
  'lh-as-of': AsOf,
  'lh-search': SearchBox,
  'lh-sheet': Sheet,
  'lh-headline': Headline,
  'lh-figures': Figures,
  'lh-measures': Measures,
  'lh-area-list': AreaList,
  'lh-household-list': HouseholdLevelList,
  'lh-reason-key': ReasonKey,
  'lh-levels': LayerChooser,
  'lh-legend': Legend,
  'lh-area-card': AreaCard,
  'lh-gap-panel': GapPanel,
  'lh-map-note': MapNote,
  'lh-notices': Notices,
  'lh-past-note': PastNote,
  'lh-map-items': MapItems,
  'lh-place-card': PlaceCard,
  'lh-near-panel': NearPanel,
  'lh-status': Status,
};

const config = JSON.parse(document.getElementById('page-config').textContent);
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const path = globalThis.location.pathname;

/** The address follows the state a moment later: writing it costs a frame while the map moves. */
const history = {
  due: null,
  replace(address) {
    if (this.due === null) setTimeout(() => this.write());
    this.due = address;
  },
  write() {
    if (this.due !== null) globalThis.history.replaceState(null, '', path + this.due);
    this.due = null;
  },
  push(address) {
    this.write();
    globalThis.history.pushState(null, '', path + address);
  },
};

// The address holds the whole state, so signing in again leads back to it.
const signedOut = () => globalThis.location.reload();

const model = new MapModel({
  config, api: new Api({ csrf, signedOut }), history, search: globalThis.location.search,
});

const PANELS = 'lh-place-card, lh-near-panel, lh-area-card, lh-gap-panel';
const narrow = globalThis.matchMedia('(max-width: 899px)');
const stage = document.querySelector('.stage');

/** Pixels of the map that panels cover, with a little air. */
function inset() {
  const air = 28;
  if (narrow.matches) {
    const sheet = document.querySelector('lh-sheet');
    // Where it is going to, not where it is while it moves.
    const height = sheet.dataset.height === 'half' ? stage.clientHeight * 0.56 : sheet.offsetHeight;
    return { left: 12, right: 12, top: 76, bottom: Math.min(stage.clientHeight * 0.6, height) + 12 };
  }
  const panel = [...document.querySelectorAll(PANELS)].find((el) => el.offsetWidth);
  return { left: air, right: air + (panel?.offsetWidth ?? 0), top: air, bottom: air };
}

for (const [name, element] of Object.entries(ELEMENTS)) {
  customElements.define(name, element);
  for (const found of document.querySelectorAll(name)) found.connect(model);
}
const view = new MapView(document.getElementById('map'), model, inset);

/** Cards and the place path: beside the map where there is room, else in the sheet. */
function place() {
  const home = narrow.matches ? document.querySelector('.sheet-body') : document.querySelector('.panels');
  home.append(...document.querySelectorAll(PANELS));
  const trail = document.querySelector('.trail');
  if (narrow.matches) document.querySelector('.overview').prepend(trail);
  else document.querySelector('.brand').after(trail);
  view.map.invalidateSize();
}
narrow.addEventListener('change', place);
place();

/** The keys for printing lead to the sheets of what is shown: the map itself is none. */
globalThis.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'p' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  globalThis.location.assign(config.urls.print + formatRoute({ ...model.route, ...NOTHING_OPEN }));
});

globalThis.addEventListener('popstate', () => {
  history.due = null; // of the entry that was left
  model.arrive(globalThis.location.search);
});
globalThis.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.target.closest('input, select, dialog')) return;
  const { move, picking, card, stack, issue, venue, near } = model.state;
  if (move) model.placing.cancel();
  else if (picking) model.nearby.stopPicking();
  else if (card || stack || issue || venue) model.showPlace(null);
  else if (near) model.nearby.close();
  else if (model.route.open) model.go({ open: '', reason: '' });
  else if (model.route.sel) model.close();
});
model.start();
