/** Ordering a draft: a chosen area tells its numbers at once, and so do the roles ticked. */
import { integer } from '../data/i18n.js';

const form = document.querySelector('form.order');
const area = form.elements.area;
const free = document.getElementById('free');

area.addEventListener('change', () => {
  const known = [...document.querySelectorAll('#areas option')].some(({ value }) => value === area.value);
  if (known) form.requestSubmit(form.querySelector('button[value="look"]'));
});

form.addEventListener('change', ({ target }) => {
  if (target.name !== 'roles') return;
  const ticked = [...form.querySelectorAll('input[name="roles"]:checked')].map(({ dataset }) => dataset.free);
  free.textContent = ticked.includes('') ? free.dataset.none
    : integer(ticked.reduce((sum, n) => sum + Number(n), 0));
});
