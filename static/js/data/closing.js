/** What closes a part of the gap, for the person looking. */
import { _ } from './i18n.js';

const WORDS = {
  fill: _('Fill the post'),
  hand: _('Hand over'),
  file: _('File under grids'),
  handover: _('Open handovers'),
  raise: _('Raise limits'),
  assign: _('Assign'),
};

/**
 * The action on a reason of an area: {verb, href}; without an address it is the list where contacts
 * are named. Null where somebody else must act.
 *
 * place: code or id of the area ('' for what lies in no area of this level), above: of the one around
 * it; role: one that is vacant there; manages: may change households here; hands: may hand it over.
 */
export function closing({ key }, { config, place, above, role, manages, hands }) {
  const { urls } = config;
  const area = encodeURIComponent(place);
  if (!manages) return hands ? { verb: WORDS.hand, href: `${urls.task_new}?area=${area}&reason=${key}` } : null;
  const around = encodeURIComponent(place || above);
  if (key === 'vacant' && place) {
    const more = role ? `&role=${encodeURIComponent(role)}` : '';
    return { verb: WORDS.fill, href: `${urls.post_new}?area=${area}${more}` };
  }
  if (key === 'full') return { verb: WORDS.raise, href: `${urls.tables}posts/?area=${around}&filter=full` };
  if (key === 'no_grid') return { verb: WORDS.file, href: `${urls.tables}households/?area=${around}&reason=no_grid` };
  if (key === 'handover' && urls.handovers) return { verb: WORDS.handover, href: urls.handovers };
  return { verb: WORDS.assign, href: '' };
}
