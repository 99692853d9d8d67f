/** Staff pages: print slips, choose several people, and count the end of a post anew. */
import { ngettext } from 'lianhu/data/i18n.js';

const printing = document.querySelector('[data-print]');
printing?.addEventListener('click', () => window.print());

/** The button says for how many; without anybody chosen there is nothing to do. */
const slips = document.getElementById('slips-form');
if (slips) {
  const all = slips.querySelector('[data-pick-all]');
  const button = slips.querySelector('[data-needs-pick]');
  const boxes = [...slips.querySelectorAll('input[name=person]')];
  const word = button?.textContent;
  const told = () => {
    const count = boxes.filter((box) => box.checked).length;
    if (!button) return;
    button.disabled = count === 0;
    button.textContent = count
      ? ngettext('Open %(n)s account and print the slip', 'Open %(n)s accounts and print slips', count)
      : word;
  };
  all?.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
    told();
  });
  for (const box of boxes) box.addEventListener('change', told);
  told();
}

/** Another day or successor: the page is asked for again, so that its numbers are of that day. */
const form = document.getElementById('end-form');
if (form) {
  const address = () => {
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll('[data-recount]')) {
      if (field.value) query.set(field.name, field.value);
    }
    return `${location.pathname}?${query}`;
  };
  const recount = () => location.replace(address());
  for (const field of form.querySelectorAll('[data-recount]')) {
    field.addEventListener('change', () => field.reportValidity() && recount());
  }
}
