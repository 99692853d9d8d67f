/**
 * The list "today": within what is as urgent, the nearest first. Distances are reckoned here:
 * where the person stands never leaves the phone.
 */
import { _ } from '../data/i18n.js';
import { askPosition, away, byDistance } from '../data/near.js';
import { located } from '../data/places.js';

const places = JSON.parse(document.getElementById('today-places').textContent);
const list = document.getElementById('today-list');
const note = document.getElementById('today-note');
const orders = document.querySelectorAll('#today-order button');
const asItCame = [...list.children];
const rank = (entry) => Number(entry.dataset.rank);

function press(order) {
  for (const button of orders) button.setAttribute('aria-pressed', String(button.value === order));
}

function asCame() {
  press('due');
  note.className = 'hint';
  note.textContent = '';
  for (const text of list.querySelectorAll('.today-away')) text.hidden = true;
  list.append(...asItCame);
}

async function nearestFirst() {
  press('near');
  note.className = 'hint';
  note.textContent = _('Finding out where you are');
  try {
    const me = await askPosition();
    const metres = new Map();
    for (const place of byDistance(places, me)) {
      if (place.metres === null) continue;
      metres.set(place.id, place.metres);
      const text = list.querySelector(`[data-household="${place.id}"] .today-away`);
      text.textContent = away(place);
      text.hidden = false;
    }
    const far = (entry) => metres.get(entry.dataset.household) ?? Number.MAX_VALUE;
    list.append(...[...asItCame].sort((a, b) => rank(a) - rank(b) || far(a) - far(b)));
    note.textContent = _('your position is exact to about %(n)s m', { n: Math.round(me.accuracy) });
  } catch (error) {
    asCame();
    note.className = 'bad';
    note.textContent = error.message;
  }
}

document.getElementById('today-order').hidden = !places.some(located);
for (const button of orders) {
  button.addEventListener('click', button.value === 'near' ? nearestFirst : asCame);
}
