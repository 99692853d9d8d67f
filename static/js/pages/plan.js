/**
 * A draft of contacts: list and map are one. What is decided on a pair goes to the server and
 * comes back as the same page, of which the parts that changed are put in place.
 */
import { Api } from '../data/api.js';
import { _, ngettext } from '../data/i18n.js';
import { PairsMap } from '../map/pairs.js';

const config = JSON.parse(document.getElementById('plan-config').textContent);
const note = document.getElementById('map-note');
const side = document.getElementById('map-side');
const PARTS = ['said', 'chips', 'pairs', 'bar', 'figures'];
const rows = () => [...document.querySelectorAll('.pair')];
const rowOf = (id) => document.getElementById(`l-${id}`);

// The map

const map = new PairsMap(document.getElementById('plan-map'), {
  api: new Api({ signedOut: () => globalThis.location.reload() }),
  config,
  tell: (text) => { note.textContent = text; },
  pick: ({ id }) => show(id),
  pickContact: ({ post }) => {
    const to = new URL(globalThis.location.href);
    for (const name of ['page', 'line']) to.searchParams.delete(name);
    to.searchParams.set('post', post);
    to.hash = '';
    globalThis.location.assign(to);
  },
});

async function load() {
  const answer = await fetch(config.points, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(_('The map could not be drawn.'));
  map.put(await answer.json());
}

/** Marks a pair in the list and on the map. */
function choose(id) {
  for (const row of document.querySelectorAll('.pair.chosen')) row.classList.remove('chosen');
  rowOf(id)?.classList.add('chosen');
  map.choose(id);
}

/** A household touched on the map: its row, on whichever page of the list it is. */
function show(id) {
  const row = rowOf(id);
  if (!row) {
    const to = new URL(globalThis.location.href);
    to.searchParams.delete('page');
    to.searchParams.set('line', id);
    to.hash = `l-${id}`;
    globalThis.location.assign(to);
    return;
  }
  choose(id);
  row.scrollIntoView({ block: 'center' });
  row.focus({ preventScroll: true });
}

document.addEventListener('click', ({ target }) => {
  const row = target.closest?.('.pair');
  if (row && !target.closest('a, button, input, label')) choose(Number(row.dataset.line));
});
document.addEventListener('focusin', ({ target }) => {
  const row = target.closest?.('.pair');
  if (row && !row.classList.contains('chosen')) choose(Number(row.dataset.line));
});

// On a phone the map comes over the top of the list.
document.addEventListener('click', ({ target }) => {
  const toggle = target.closest?.('.map-toggle');
  if (!toggle) return;
  const open = side.classList.toggle('open');
  toggle.setAttribute('aria-expanded', String(open));
  if (open) {
    map.map.invalidateSize();
    map.fit();
  }
});

// What is decided

function ticked() {
  return [...document.querySelectorAll('.pair input[name="line"]:checked')];
}

function count() {
  const chosen = document.getElementById('chosen');
  if (!chosen) return;
  const n = ticked().length;
  chosen.hidden = n === 0;
  document.getElementById('chosen-n').textContent = ngettext('%(n)s household chosen', '%(n)s households chosen', n);
}

/** Puts the parts of an answered page in place; focus and ticks stay where they were. */
function put(page, { keep }) {
  const focused = document.activeElement;
  const [id, line] = [focused?.id, focused?.closest?.('.pair')?.dataset.line];
  const at = rows().findIndex((row) => row.dataset.line === line);
  for (const part of PARTS) {
    const [old, fresh] = [document.getElementById(part), page.getElementById(part)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
  for (const box of document.querySelectorAll('.pair input[name="line"]')) box.checked = keep.has(box.value);
  count();
  const next = document.getElementById(id) ?? rowOf(line) ?? rows()[Math.min(Math.max(at, 0), rows().length - 1)];
  next?.focus({ preventScroll: true });
  if ('changed' in document.getElementById('pairs').dataset) load().catch((error) => { note.textContent = error.message; });
}

let busy = false;

document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches('form.move')) return;
  event.preventDefault();
  if (busy) return;
  busy = true;
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const one = submitter?.value.includes(':') ?? false;
  const keep = new Set(one ? ticked().map(({ value }) => value) : []);
  try {
    const answer = await fetch(globalThis.location.href, { method: 'POST', body });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.getElementById('pairs')) globalThis.location.reload();
    else put(page, { keep });
    const trouble = page.querySelector('.notice.bad');
    if (trouble) document.getElementById('said').replaceChildren(document.adoptNode(trouble));
  } catch {
    document.getElementById('said').textContent = _('No connection: nothing was changed. Try again.');
  } finally {
    busy = false;
  }
});

document.addEventListener('change', ({ target }) => {
  if (target.name === 'line') count();
  if (target.closest?.('#narrow')) document.getElementById('narrow').requestSubmit();
});

document.addEventListener('click', ({ target }) => {
  if (target.id !== 'chosen-none') return;
  for (const box of ticked()) box.checked = false;
  count();
});

// Keys: up and down go through the pairs, letters decide on the one in focus.

const KEYS = { a: 'a-', p: 'p-', r: 'r-' };

document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches('input, select, textarea, [role="group"]')) return;
  const key = event.key.toLowerCase();
  const every = rows();
  const at = every.indexOf(document.activeElement?.closest?.('.pair'));
  const step = { arrowdown: 1, j: 1, arrowup: -1, k: -1 }[key];
  if (step && (at >= 0 || document.activeElement === document.body) && every.length) {
    event.preventDefault();
    const row = every[Math.min(Math.max(at + step, 0), every.length - 1)];
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
  } else if (key === 'u') {
    document.getElementById('move-back')?.click();
  } else if (at >= 0 && key === 'x') {
    every[at].querySelector('input[name="line"]')?.click();
  } else if (at >= 0 && KEYS[key]) {
    document.getElementById(`${KEYS[key]}${every[at].dataset.line}`)?.click();
  }
});

count();
map.start().then(load).then(() => {
  map.fit();
  const [, id] = /^#l-(\d+)$/.exec(globalThis.location.hash) ?? [];
  if (id) choose(Number(id));
}).catch((error) => { note.textContent = error.message || _('The map could not be drawn.'); });
