/** The form beside a pin being placed, and the strip that tells where it went. */
import { _, distance, moment } from '../data/i18n.js';
import { away, between } from '../data/near.js';
import { ACCURACIES, movedText } from '../data/placing.js';
import { h, icon } from './base.js';

export function placingForm(model) {
  const { placing } = model;
  const { name, at, from, saving, error, conflict } = placing.move;
  return [
    h('div.card-head', {},
      h('button.icon-button', {
        type: 'button', 'aria-label': _('Cancel'), 'data-focus': 'cancel', onclick: () => placing.cancel(),
      }, icon('close')),
      h('h2', {}, from ? _('Move the pin') : _('Put on the map')),
      h('p.hint', {}, name)),
    h('div.card-body.placing', {},
      conflict ? conflictNotice(placing, conflict) : h('p', {}, instruction(placing)),
      error ? h('p.bad', { role: 'alert' }, error) : null,
      at && !conflict ? exactness(placing) : null),
    conflict ? null : h('div.card-actions', {}, h('div.pair', {},
      h('button.button', { type: 'button', 'data-focus': 'no', onclick: () => placing.cancel() }, _('Cancel')),
      h('button.button.primary', {
        type: 'button', disabled: !placing.savable, 'data-focus': 'save', onclick: () => placing.save(),
      }, saving ? _('Saving') : _('Save this place')))),
  ];
}

function instruction({ move: { at }, shift }) {
  if (!at) return _('Touch the map where it is; or let the keyboard put the pin in the middle: press Enter on the map.');
  if (shift) return _('Now %(shift)s of where it was.', { shift });
  return _('Drag the pin, touch the map, or move it by arrow keys (Shift: ten times as far).');
}

function exactness(placing) {
  return h('label.exactness', {}, h('span', {}, _('Exact to about')), h('select', {
    'data-focus': 'accuracy', onchange: ({ target }) => placing.setAccuracy(Number(target.value)),
  }, ACCURACIES.map((metres) => h('option', {
    value: metres, selected: metres === placing.move.accuracy,
  }, distance(metres)))));
}

/** Somebody else moved it meanwhile: both places stand on the map, and the person decides. */
function conflictNotice(placing, { by, at: when, lon, lat }) {
  const said = { by: by || _('Somebody'), when: moment(when) };
  const apart = away(between(placing.move.at, { lon, lat }));
  return h('div.conflict', { role: 'alert' },
    h('p', {}, h('b', {}, _('%(by)s moved it on %(when)s, after you had opened it.', said))),
    h('p', {}, _('Their place (the square on the map) is %(apart)s of yours.', { apart })),
    h('div.pair', {},
      h('button.button', { type: 'button', 'data-focus': 'theirs', onclick: () => placing.useTheirs() },
        _('Use their place')),
      h('button.button', { type: 'button', 'data-focus': 'mine', onclick: () => placing.keepMine() },
        _('Use mine all the same'))));
}

/** What moving did to the thing with an id, with its undo; or null. */
export function movedStrip(model, id) {
  const { moved } = model.state;
  if (!moved || moved.id !== id) return null;
  return h('div.result', { role: 'group', 'aria-label': _('Result') },
    h('p', {}, moved.undone ? null : icon('check'), movedText(moved)),
    moved.error ? h('p.bad', { role: 'alert' }, moved.error) : null,
    h('div.result-actions', {},
      moved.undone || !moved.act ? null : h('button.link', {
        type: 'button', 'data-focus': 'unmove', onclick: () => model.placing.undo(),
      }, _('Undo')),
      h('button.link', {
        type: 'button', 'data-focus': 'dismiss', onclick: () => model.placing.dismiss(),
      }, _('Close'))));
}
