/** The page of one household: its small map, the way there, and moving the pin. */
import { View, h } from '../components/base.js';
import { placingForm } from '../components/placing.js';
import { navigation } from '../components/reach.js';
import { Api } from '../data/api.js';
import { _ } from '../data/i18n.js';
import { Placing } from '../data/placing.js';
import { located } from '../data/places.js';
import { Store } from '../data/store.js';
import { SpotMap } from '../map/spot.js';

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const spot = JSON.parse(document.getElementById('spot').textContent);
const container = document.getElementById('spot-map');
/** Where it is today: at a seasonal place, else where it is registered. */
const here = spot.season ?? (located(spot) ? spot : null);
const middle = here ?? spot.around;
let map = null;

/** The map, from the first time there is something to show or to place. */
function showMap() {
  container.hidden = false;
  document.getElementById('spot-none')?.remove();
  map ??= new SpotMap(container, model, middle, spot.basemap, spot.season);
}

/** As much of the map's model as a pin needs. */
class SpotModel {
  constructor() {
    this.api = new Api({ csrf });
    this.store = new Store({ place: spot, move: null, moved: null, picking: false });
    this.placing = new Placing(this);
  }

  get state() { return this.store.state; }
  announce() {}

  /** After a pin was moved the page says what was done and offers to take it back. */
  refresh() { return Promise.resolve(); }
}

class SpotView extends View {
  start() {
    showMap();
    this.model.placing.start(spot);
  }

  watch({ move }) { return [move]; }

  draw({ move }) {
    if (move) return placingForm(this.model);
    return [
      here ? navigation(here) : null,
      spot.locate && middle ? h('button.button', {
        type: 'button', 'data-focus': 'move', onclick: () => this.start(),
      }, moving()) : null,
    ];
  }
}

/** What the button is called; at a seasonal place it says that the registered pin is meant. */
function moving() {
  if (!located(spot)) return _('Put on the map');
  return spot.season ? _('Move the registered pin') : _('Move the pin');
}

const model = new SpotModel();
if (here) showMap();
customElements.define('lh-spot', SpotView);
document.querySelector('lh-spot').connect(model);
model.store.subscribe(({ moved }) => {
  if (moved?.act) globalThis.location.assign(`${spot.page}?tab=place&act=${moved.act}`);
});
