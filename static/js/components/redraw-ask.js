/** What is asked once something was drawn: whose outline, or what kind of line. */
import { _ } from '../data/i18n.js';
import { h } from './base.js';

/** Opens a small form; resolves to {name: value}, or null where it was left. */
function ask(title, fields, word) {
  return new Promise((resolve) => {
    const done = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const send = (event) => {
      event.preventDefault();
      done(Object.fromEntries(new FormData(event.target)));
    };
    const dialog = h('dialog.ask', { 'aria-label': title, oncancel: () => done(null) },
      h('form', { onsubmit: send },
        h('h2', {}, title),
        fields,
        h('div.say-buttons', {},
          h('button.button', { type: 'button', onclick: () => done(null) }, _('Cancel')),
          h('button.button.primary', { type: 'submit' }, word))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

const field = (label, input) => h('label.field', {}, h('span', {}, label), input);

/** {name, area}: the name of a drawn grid, and the area of today whose outline it is. */
export function askGrid(undrawn) {
  return ask(_('The new grid'), [
    undrawn.length ? field(_('Whose outline is it?'), h('select', { name: 'area' },
      h('option', { value: '' }, _('a new one')),
      undrawn.map(({ id, name }) => h('option', { value: id }, name)))) : null,
    field(_('Name (may stay empty: it is numbered on)'), h('input', { name: 'name', maxlength: 80 })),
  ], _('Cut it out'));
}

/** {kind, name} of a line. */
export function askBarrier() {
  return ask(_('The line just drawn'), [
    field(_('What is it?'), h('select', { name: 'kind' },
      [['road', _('road')], ['river', _('river')], ['rail', _('railway')]].map(([value, word]) => h('option', { value }, word)))),
    field(_('Name (may stay empty)'), h('input', { name: 'name', maxlength: 60 })),
  ], _('Keep it'));
}

/** {village, by: 'k' or 'size', number, tolerance, seed} of a proposal; numbers as typed. */
export function askProposal(villages, level) {
  const number = (name, value, more = {}) => h('input', { name, type: 'number', inputmode: 'numeric', value, ...more });
  return ask(_('Propose a division'), [
    h('p.hint', {}, _('Locked grids stay as they are. It is one step: undo takes it back.')),
    field(level === 'grid' ? _('Village') : _('Grid'), h('select', { name: 'village' },
      villages.map(({ id, name }) => h('option', { value: id }, name)))),
    field(_('What is wanted'), h('select', { name: 'by' },
      h('option', { value: 'size' }, _('so many households in each')),
      h('option', { value: 'k' }, _('so many grids in all')))),
    field(_('How many (empty: the usual size)'), number('number', '')),
    field(_('Workload over the mean at most, in per cent'), number('tolerance', '10')),
    field(_('Variant: another number, another proposal'), number('seed', '0', { min: 0, max: 2147483647 })),
  ], _('Propose'));
}
