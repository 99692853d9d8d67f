/**
 * The card of one household: who lives there, whom it can turn to, the way there, where its pin
 * stands. In its place: several households at one point, a matter, a place of activities.
 */
import { _, ngettext } from '../data/i18n.js';
import { located } from '../data/places.js';
import { Panel, h, icon } from './base.js';
import { movedStrip, placingForm } from './placing.js';
import { navigation, phone } from './reach.js';
import { resultStrip } from './result.js';
import { issueCard, stackCard, venueCard } from './stack-card.js';

export class PlaceCard extends Panel {
  watch({ card, stack, issue, venue, move, moved, result, phones, route }) {
    return [card, stack, issue, venue, move, moved, result, phones, route.on];
  }

  draw({ card, stack, issue, venue, move }) {
    this.hidden = !card && !stack && !issue && !venue && !move;
    if (this.hidden) return [];
    if (move) return placingForm(this.model);
    if (card) return this.household(card);
    if (venue) return venueCard(this.model, venue);
    return stack ? stackCard(this.model, stack) : issueCard(this.model, issue);
  }

  /** The focus goes along when the card comes, and back when it goes. */
  update(state) {
    const before = document.activeElement;
    const away = this.hidden;
    super.update(state);
    if (away && !this.hidden) {
      this.opener = before;
      if (before && before !== document.body && !before.checkVisibility?.()) this.focusFirst();
    } else if (!away && this.hidden && document.activeElement === document.body) {
      if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
    }
  }

  focusFirst() { this.querySelector('[data-focus]')?.focus({ preventScroll: true }); }

  household({ data, error }) {
    if (!data) {
      return [this.head(_('Household'), []), error
        ? h('div.notice.bad', { role: 'alert' }, h('p', {}, error))
        : h('p.empty', {}, _('Loading'))];
    }
    return [
      this.head(data.head, [data.serial, data.area?.name]),
      movedStrip(this.model, data.id),
      resultStrip(this.model, data.id),
      h('div.card-body', {},
        h('p.place-address', {}, data.address || _('No address on record')),
        this.standing(data),
        this.contacts(data)),
      this.way(data),
      this.actions(data),
    ];
  }

  head(title, words) {
    const text = words.filter(Boolean).join(' · ');
    return h('div.card-head', {},
      h('button.icon-button', {
        type: 'button', 'aria-label': _('Close'), 'data-focus': 'close',
        onclick: () => this.model.showPlace(null),
      }, icon('close')),
      h('h2', {}, title), text ? h('p.hint', {}, text) : null);
  }

  /** What is known of its place on the map. */
  standing(data) {
    if (!located(data)) return h('p', {}, h('span.tag', {}, _('not located')));
    const parts = [
      data.source_label,
      data.accuracy_m ? _('exact to %(n)s m', { n: Math.round(data.accuracy_m) }) : null,
      data.placed_on,
    ].filter(Boolean);
    return [
      data.season ? seasonal(data.season) : null,
      parts.length ? h('p.hint', {}, _('Location: %(how)s', { how: parts.join(' · ') })) : null,
      data.outside ? h('p', {}, h('span.tag.late', {}, _('its point lies outside the grid it is filed under'))) : null,
    ];
  }

  contacts({ id, links, can, why }) {
    if (!links.length) {
      // Naming one has its own button.
      const actions = this.model.isPast ? [] : (why?.actions ?? []).filter(({ href }) => !href.endsWith('#naming'));
      return h('div.nobody', {}, h('p.warn', {}, h('b', {}, _('Nobody is named yet.'))),
        why ? h('p.why', {}, why.words) : null,
        actions.length ? h('p.closing', {}, actions.map(({ label, href }) =>
          h('a.link', { href, 'data-focus': `closing-${href}` }, label, icon('next')))) : null,
        can?.link && this.model.canLink ? h('button.button.primary.wide', {
          type: 'button', 'data-focus': 'name', onclick: () => this.model.linking.chooseFor(id),
        }, _('Name a contact')) : null);
    }
    return h('ul.place-contacts', { 'aria-label': _('Contacts') }, links.map(({ person, role_label: role, phone }) =>
      h('li', {}, h('span', {}, h('b', {}, person), ' ', h('small', {}, role)),
        phone ? h('a.link', {
          href: `tel:${phone}`, 'data-focus': `call-${phone}`, 'aria-label': `${_('Call %(name)s', { name: person })} ${phone}`,
        }, phone) : null)));
  }

  way(data) {
    if (!located(data)) return null;
    return h('div.card-body', {}, navigation(data),
      h('button.link', {
        type: 'button', 'data-focus': 'near', onclick: () => this.model.nearby.around(data),
      }, ngettext('%(n)s households nearby', '%(n)s households nearby', 20), icon('next')));
  }

  actions(data) {
    const { urls } = this.model.config;
    // At a seasonal place the pin shown is not the registered one: both are looked after on its page.
    const may = data.can?.locate && !this.model.isPast;
    return h('div.card-actions', {},
      h('div.pair', {},
        h('a.button', { href: `${urls.household}${data.id}/`, 'data-focus': 'page' }, _('Open the household')),
        phone(this.model, data)),
      may && data.season ? h('div.pair', {}, h('a.button', {
        href: `${urls.household}${data.id}/?tab=place`, 'data-focus': 'places',
      }, _('Its places'))) : null,
      may && !data.season ? h('div.pair', {}, h('button.button', {
        type: 'button', 'data-focus': 'move',
        onclick: () => this.model.placing.start({
          kind: 'household', id: data.id, name: data.head, version: data.version, lon: data.lon,
          lat: data.lat,
        }),
      }, located(data) ? _('Move the pin') : _('Put on the map'))) : null);
  }
}

/** At which seasonal place a household is, in which months, and until when. */
function seasonal({ label, months, until }) {
  return h('p', {}, h('span.tag', {}, label), ' ', [
    months, until ? _('stays until %(day)s', { day: until }) : null,
  ].filter(Boolean).join(' · '));
}
