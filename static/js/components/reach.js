/** How to reach a household: the way there by one of three apps, and its phone number. */
import { _ } from '../data/i18n.js';
import { navigationLinks } from '../data/navigation.js';
import { h } from './base.js';

/** Three links that open a navigation app; the word before them for all three. */
export function navigation(place) {
  return h('p.navigate', {}, h('span.hint', {}, _('Navigate')),
    navigationLinks(place).map(({ key, label, href }) => h('a.link', {
      href, target: '_blank', rel: 'noreferrer noopener', 'data-focus': `way-${key}`,
      'aria-label': _('Navigate with %(app)s', { app: label }),
    }, label)));
}

/** Asks the household's page for the number: showing it is a step of its own and is logged. */
export function phoneForm(model, { id, head }) {
  const token = globalThis.document.querySelector('meta[name="csrf-token"]')?.content ?? '';
  return h('form', { method: 'post', action: `${model.config.urls.household}${id}/` },
    h('input', { type: 'hidden', name: 'csrfmiddlewaretoken', value: token }),
    h('button.button', {
      type: 'submit', name: 'ask', value: 'phone', 'data-focus': `phone-${id}`,
      'aria-label': _('Phone of %(name)s', { name: head }),
    }, _('Phone')));
}
