/**
 * Classes of the density surface: households with most need for each square kilometre. Fixed, so
 * that a colour means the same at every zoom and place.
 */
import { RAMPS } from './classes.js';
import { _ } from './i18n.js';

/** Lower limits of the classes; a square without any such household is the first, and not drawn. */
const LOWERS = [0, Number.MIN_VALUE, 5, 20, 100];

/** Index of the class of a density. */
export function densityClass(perKm2) {
  return LOWERS.findLastIndex((lower) => perKm2 >= lower);
}

/** [{label, colour}] of the legend: the classes that are drawn. */
export const densityClasses = () =>
  [_('under %(n)s', { n: 5 }), '5–20', '20–100', _('%(n)s and more', { n: 100 })]
    .map((label, i) => ({ label, colour: RAMPS.density[i + 1] }));
