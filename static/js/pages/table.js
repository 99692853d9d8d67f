/**
 * A table: rows by keyboard, a selection with a range, a menu closed by choosing. Everything can
 * be done without this file, too; it makes it quick.
 */
import { AreaFinder } from '../components/area-finder.js';
import { Selection } from '../data/selection.js';

for (const place of document.querySelectorAll('[data-areas]')) new AreaFinder(place);

const grid = document.getElementById('grid');
const search = document.querySelector('.find input[type=search]');
const rows = [...(grid?.querySelectorAll('tbody tr') ?? [])];
const boxOf = (row) => row.querySelector('input[name=keys]');

function focusRow(index) {
  const next = rows[Math.max(0, Math.min(rows.length - 1, index))];
  if (!next) return;
  for (const row of rows) row.tabIndex = row === next ? 0 : -1;
  next.focus();
}

const bar = document.getElementById('chosen');
const selection = bar && new Selection(rows.map((row) => boxOf(row).value), Number(bar.dataset.total));

function drawSelection() {
  for (const row of rows) boxOf(row).checked = selection.all || selection.has(boxOf(row).value);
  const head = document.getElementById('pick-all');
  head.checked = selection.page;
  head.indeterminate = !selection.page && selection.size > 0;
  bar.hidden = selection.size === 0;
  for (const place of bar.querySelectorAll('[data-n]')) {
    place.textContent = place.dataset.n.replace('{n}', selection.label(bar.dataset.many));
  }
  for (const button of bar.querySelectorAll('[data-most]')) {
    button.disabled = selection.size > Number(button.dataset.most);
  }
  const over = bar.querySelector('[data-over]');
  if (over) over.hidden = !bar.querySelector('[data-most]:disabled');
  bar.querySelector('[data-page]').hidden = selection.page;
  bar.querySelector('[data-all]').hidden = !selection.page || selection.all || !selection.beyond;
  document.getElementById('chosen-all').value = selection.all ? '1' : '';
}

if (selection) {
  grid.addEventListener('click', (event) => {
    const box = event.target.closest('input[name=keys]');
    if (!box) return;
    selection.turn(box.value, event.shiftKey);
    drawSelection();
  });
  document.getElementById('pick-all').addEventListener('click', (event) => {
    selection.setPage(event.target.checked);
    drawSelection();
  });
  bar.querySelector('[data-page]').addEventListener('click', () => {
    selection.setPage(true);
    drawSelection();
    bar.querySelector('[data-all]:not([hidden])')?.focus();
  });
  bar.querySelector('[data-all]').addEventListener('click', () => {
    selection.setAll();
    drawSelection();
  });
  bar.querySelector('[data-none]').addEventListener('click', () => {
    selection.clear();
    drawSelection();
    focusRow(0);
  });
  // The browser may come back to the page with its boxes as they were left.
  for (const row of rows) if (boxOf(row).checked) selection.turn(boxOf(row).value);
  drawSelection();
}

const typing = (target) => target.closest('input:not([type=checkbox]), select, textarea, .menu-body');

/** The page is chosen; asked for again, all that fit. */
function chooseMore() {
  if (selection.page && selection.beyond) selection.setAll();
  else selection.setPage(true);
  drawSelection();
}

document.addEventListener('keydown', (event) => {
  if (event.altKey || typing(event.target)) return;
  const at = rows.indexOf(document.activeElement?.closest('tr'));
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'a' || at < 0 || !selection) return;
    chooseMore();
  } else if (event.key === '/') {
    search?.focus();
  } else if (event.key === '?') {
    const keys = document.getElementById('keys');
    keys.open = !keys.open;
  } else if (event.key === 'Escape' && selection?.size) {
    selection.clear();
    drawSelection();
  } else if (at < 0) {
    return;
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const next = Math.max(0, Math.min(rows.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
    if (event.shiftKey && selection) {
      selection.extend(boxOf(rows[at]).value, boxOf(rows[next]).value);
      drawSelection();
    }
    focusRow(next);
  } else if (event.key === 'Enter' && event.target === rows[at] && rows[at].dataset.href) {
    globalThis.location.assign(rows[at].dataset.href);
  } else if (event.key === ' ' && selection && event.target === rows[at]) {
    selection.turn(boxOf(rows[at]).value, event.shiftKey);
    drawSelection();
  } else {
    return;
  }
  event.preventDefault();
});

// One menu at a time.
document.addEventListener('toggle', (event) => {
  if (!event.target.matches?.('details.menu') || !event.target.open) return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (menu !== event.target && !menu.contains(event.target)) menu.open = false;
  }
  event.target.querySelector('.menu-body input[type=search]')?.focus();
}, true);

// A field that only matters when its box is ticked.
for (const box of document.querySelectorAll('[data-opens]')) {
  const field = document.getElementById(box.dataset.opens);
  const follow = () => {
    field.hidden = !box.checked;
    field.querySelector('input').required = box.checked;
  };
  box.addEventListener('change', follow);
  follow();
}
