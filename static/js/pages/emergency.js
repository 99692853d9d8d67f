/**
 * The map of an emergency list: who needs help to move as a square with the number of persons,
 * everybody else as a ring. When the list closes, the page asks anew and shows nothing any more.
 */
import { Api } from '../data/api.js';
import { _ } from '../data/i18n.js';
import { PlacesMap } from '../map/emergency.js';

const config = JSON.parse(document.getElementById('page-config').textContent);
const note = document.getElementById('map-note');
const reload = () => globalThis.location.reload();

document.getElementById('part')?.addEventListener('change', (event) => event.target.form.submit());

const left = new Date(config.closes).getTime() - Date.now();
setTimeout(reload, Math.max(1000, left + 1000));
// A page kept by the browser for "back" is not shown again without asking.
globalThis.addEventListener('pageshow', (event) => {
  if (event.persisted) reload();
});

const map = new PlacesMap(document.getElementById('emergency-map'), {
  api: new Api({ signedOut: reload }),
  config,
  tell: (text) => { note.textContent = text; },
});
map.start().catch((error) => { note.textContent = error.message || _('The map could not be drawn.'); });
