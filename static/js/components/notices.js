/**
 * What somebody is told of on the map: an emergency list opened, a task that waits. Each can be
 * put away until the page is opened again.
 */
import { _ } from '../data/i18n.js';
import { View, h, icon } from './base.js';

export class Notices extends View {
  /** Drawn once: what there is to tell came with the page. */
  watch() { return [this.model.config.notices]; }

  draw() {
    const notices = this.model.config.notices ?? [];
    this.hidden = !notices.length;
    return notices.map((notice) => this.item(notice));
  }

  item({ text, url, link, urgent }) {
    const item = h(`div.told${urgent ? '.urgent' : ''}`, {},
      h('p', {}, text, ' ', h('a.link', { href: url }, link)),
      h('button.icon-button', { type: 'button', 'aria-label': _('Put this notice away'), onclick: () => this.putAway(item) },
        icon('close')));
    return item;
  }

  putAway(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    this.hidden = !next;
    next?.querySelector('button').focus();
  }
}
