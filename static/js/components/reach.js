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

/** The button that asks for a household's number: showing it is a step of its own and is logged. Then it can be called. */
export function phone(model, { id, head }) {
  const { loading, number, error } = model.state.phones.get(id) ?? {};
  if (number) {
    return h('a.button.phone', {
      href: `tel:${number}`, 'data-focus': `phone-${id}`, 'aria-label': `${_('Call %(name)s', { name: head })} ${number}`,
    }, number);
  }
  if (number === '') return h('p.phone.hint', { role: 'status', tabindex: -1, 'data-focus': `phone-${id}` }, _('No phone on record'));
  return [
    h('button.button.phone', {
      type: 'button', 'data-focus': `phone-${id}`, 'aria-busy': String(Boolean(loading)),
      'aria-label': _('Phone of %(name)s', { name: head }), onclick: () => model.places.askPhone(id),
    }, _('Phone')),
    error ? h('p.bad', { role: 'alert' }, error) : null,
  ];
}
