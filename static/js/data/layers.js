/**
 * Layers drawn over the areas, each switched on its own. The address keeps only what differs from
 * the default: `show=households,density` and `hide=issues`.
 */
import { _ } from './i18n.js';

export const LAYERS = ['households', 'issues', 'activities', 'density'];

export const layerLabel = (name) => ({
  households: _('Homes'),
  issues: _('Matters'),
  activities: _('Activities'),
  density: _('Density'),
})[name] ?? name;

/** What a layer draws, for whoever wonders what its button does. */
export const layerHint = (name) => ({
  households: _('Draws every household; the list stays as it is'),
  issues: _('Draws open matters at public places'),
  activities: _('Draws the public places at which activities were held within the last 12 months'),
  density: _('Draws where households with most need live closest together; fewer than five in one grid are not drawn'),
})[name] ?? '';

const names = (text) => (text ?? '').split(',').filter((name) => LAYERS.includes(name));
const text = (list) => LAYERS.filter((name) => list.includes(name)).join();

/** Whether a layer is on by the address, else by its default. */
export function isOn(name, { show, hide }, byDefault) {
  if (names(show).includes(name)) return true;
  if (names(hide).includes(name)) return false;
  return byDefault;
}

/** {show, hide} of the address after a layer was switched; nothing is kept that is the default. */
export function switched(name, on, { show, hide }, byDefault) {
  const shown = names(show).filter((other) => other !== name);
  const hidden = names(hide).filter((other) => other !== name);
  if (on !== byDefault) (on ? shown : hidden).push(name);
  return { show: text(shown), hide: text(hidden) };
}
