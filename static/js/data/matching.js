/** Why a household was found: told from what the result shows, never from its phone. */
import { _ } from './i18n.js';

/** The part of a found household {head, serial, address} that fits the text, in a word. */
export function whyFound({ head, serial, address }, text) {
  const wanted = text.trim();
  const bare = wanted.replace(/[\s-]/g, '');
  const number = (serial ?? '').toLowerCase();
  if (head?.includes(wanted)) return _('name');
  if (number && (number === wanted.toLowerCase() || (/^\d{4,}$/.test(bare) && number.endsWith(bare)))) return _('number');
  if (address?.includes(wanted)) return _('address');
  if (/^[a-z]+$/i.test(wanted)) return _('initials');
  if (/^\d{4,}$/.test(bare)) return _('end of the phone');
  return _('contact');
}
