/** Why a household was found, in a word; the phone itself stays untold. */
import { _ } from './i18n.js';

export const foundBy = (key) => ({
  name: _('name'),
  number: _('number'),
  address: _('address'),
  initials: _('initials'),
  phone: _('end of the phone'),
  contact: _('contact'),
})[key] ?? '';
