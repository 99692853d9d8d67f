/**
 * The page of one's own households: nearest first, the way to each, a small map. Distances are
 * reckoned here: where the person stands never leaves the phone.
 */
import { navigation } from '../components/reach.js';
import { _ } from '../data/i18n.js';
import { askPosition, away, byDistance } from '../data/near.js';
import { located } from '../data/places.js';
import { OwnMap } from '../map/own.js';

const IN_VIEW = 5; // of the nearest, together with where one stands

const places = JSON.parse(document.getElementById('mine-places').textContent);
const basemap = JSON.parse(document.getElementById('mine-basemap').textContent);
const list = document.getElementById('mine-list');
const note = document.getElementById('mine-note');
const orders = document.querySelectorAll('#mine-order button');
const rows = new Map([...list.children].map((row) => [row.dataset.household, row]));
const inOrder = [...rows.keys()];
const points = places.filter(located);

for (const point of points) rows.get(point.id).querySelector('.row-way').append(navigation(point));

const container = document.getElementById('mine-map');
let map = null;
if (points.length) {
  container.hidden = false;
  map = new OwnMap(container, points, basemap, (id) => {
    rows.get(id).scrollIntoView({ block: 'center' });
    rows.get(id).querySelector('a').focus({ preventScroll: true });
  });
}

/** Puts the rows in an order of ids and numbers them as on the map. */
function arrange(ids) {
  list.append(...ids.map((id) => rows.get(id)));
  ids.forEach((id, i) => { rows.get(id).querySelector('.near-number').textContent = i + 1; });
  map?.number(ids);
}

function press(order) {
  for (const button of orders) button.setAttribute('aria-pressed', String(button.value === order));
}

/** The order of the page as it came: by the day a contact is due. */
function asCame() {
  press('due');
  note.textContent = '';
  for (const row of rows.values()) row.querySelector('.mine-away').hidden = true;
  arrange(inOrder);
}

async function nearestFirst() {
  press('near');
  note.className = 'hint';
  note.textContent = _('Finding out where you are');
  try {
    const me = await askPosition();
    const sorted = byDistance(places, me);
    for (const place of sorted) {
      const text = rows.get(place.id).querySelector('.mine-away');
      text.textContent = place.metres === null ? _('not located') : away(place);
      text.hidden = false;
    }
    arrange(sorted.map(({ id }) => id));
    map?.stand(me, sorted.filter(located).slice(0, IN_VIEW));
    note.textContent = _('your position is exact to about %(n)s m', { n: Math.round(me.accuracy) });
  } catch (error) {
    asCame();
    note.className = 'bad';
    note.textContent = error.message;
  }
}

document.getElementById('mine-order').hidden = points.length === 0;
for (const button of orders) {
  button.addEventListener('click', button.value === 'near' ? nearestFirst : asCame);
}
arrange(inOrder);
