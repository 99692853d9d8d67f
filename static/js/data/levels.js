/** Levels of areas, coarse to fine, and which of them a map at some zoom shows. */
import { _ } from './i18n.js';

export const LEVELS = ['county', 'township', 'village', 'grid', 'unit'];
/** Single households are a level of the map, never of the coverage table. */
export const HOUSEHOLD = 'household';
/** From this zoom the tiles carry single households; below it, counted cells. */
export const HOUSEHOLD_ZOOM = 13;

export const levelLabel = (level) => ({
  county: _('Counties'),
  township: _('Townships'),
  village: _('Villages'),
  grid: _('Grids'),
  unit: _('Units'),
  household: _('House by house'),
})[level] ?? level;

/** All areas of a level, as the end of the place path. */
export const levelAll = (level) => ({
  county: _('all counties'),
  township: _('all townships'),
  village: _('all villages'),
  grid: _('all grids'),
  unit: _('all units'),
  household: _('Households without contact'),
})[level] ?? level;

/** One area of a level, as in "households per village". */
export const levelUnit = (level) => ({
  county: _('county'),
  township: _('township'),
  village: _('village'),
  grid: _('grid'),
  unit: _('unit'),
})[level] ?? level;

/** Levels that can be shown inside an area, finest last; households only where they may be seen. */
export function levelsBelow(areaLevel, canSeeHouseholds) {
  const from = LEVELS.indexOf(areaLevel) + 1;
  const levels = LEVELS.slice(from, LEVELS.indexOf('unit'));
  if (!levels.length) levels.push('unit');
  return canSeeHouseholds ? [...levels, HOUSEHOLD] : levels;
}

/**
 * The level shown when nobody chose one: the one just below the area until the map is two zoom
 * steps closer than the fitted view, then the next; never households, which are chosen by hand.
 */
export function levelForZoom(areaLevel, zoom, fitZoom) {
  const levels = levelsBelow(areaLevel, false);
  if (zoom === null || fitZoom === null) return levels[0];
  const step = Math.max(0, Math.floor((zoom - fitZoom) / 2));
  return levels[Math.min(step, levels.length - 1)];
}

/** The level a division code stands for by its length; '' where it tells nothing. */
export const levelOfCode = (code) =>
  ({ 6: 'county', 9: 'township', 12: 'village', 15: 'grid', 17: 'unit', 18: 'unit' })[
    /^\d+$/.test(code) ? code.length : 0] ?? '';

/** Coverage rows behind a map level: households are listed under their grids. */
export const rowLevel = (level) => (level === HOUSEHOLD ? 'grid' : level);
