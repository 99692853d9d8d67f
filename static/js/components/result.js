/** What naming a contact did, shown where it was done, with its undo. */
import { _, ngettext } from '../data/i18n.js';
import { resultText } from '../data/linking.js';
import { h, icon } from './base.js';

/** The strip for what was named last from here, or null; `home`: on the card of a household. */
export function resultStrip(model, home = '') {
  const { result } = model.state;
  if (!result || result.home !== home) return null;
  const { refused, undone, act, error } = result;
  return h('div.result', { role: 'group', 'aria-label': _('Result') },
    h('p', {}, undone ? null : icon('check'), resultText(result)),
    refused.length && !undone ? h('div.refused', {},
      h('p', {}, ngettext('%(n)s household was not changed:', '%(n)s households were not changed:', refused.length)),
      h('ul', {}, refused.slice(0, 5).map(({ head, reason }) => h('li', {}, `${head ?? ''} ${reason}`))),
      refused.length > 5 ? h('p.hint', {}, _('and %(n)s more', { n: refused.length - 5 })) : null) : null,
    error ? h('p.bad', { role: 'alert' }, error) : null,
    h('div.result-actions', {},
      act && !undone ? h('button.link', {
        type: 'button', 'data-focus': 'undo', onclick: () => model.linking.undo(),
      }, _('Undo')) : null,
      h('button.link', {
        type: 'button', 'data-focus': 'dismiss', onclick: () => model.linking.dismiss(),
      }, _('Close'))));
}
