/** The emergency list of an area in its panel: one that is open, or the way to open one. */
import { _, moment } from '../data/i18n.js';
import { h, icon } from './base.js';

/** That a list of this area, or of one above it, is open, until when, and where it is. */
export function emergencyStrip({ state: { details } }) {
  const running = details?.emergency?.running;
  if (!running) return null;
  return h('p.emergency-open', {},
    h('span', {}, h('b', {}, running.kind_label), ' ', _('The emergency list is open'),
      h('small', {}, _('closes by itself at %(at)s', { at: moment(running.closes_at) }))),
    h('a.link', { href: running.url, 'data-focus': 'emergency' },
      running.reads ? _('See the list') : _('Who opened it'), icon('next')));
}

/** The way to open one, for who may. */
export function emergencyButton({ config, state: { details } }, row) {
  if (!details?.emergency?.may_open) return null;
  const area = encodeURIComponent(row.code ?? row.id);
  return h('div.pair', {}, h('a.button', {
    href: `${config.urls.emergency_new}?area=${area}`, 'data-focus': 'emergency',
  }, _('Open the emergency list')));
}
