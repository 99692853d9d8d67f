/**
 * The address is the state. A route holds what the address says:
 * {area, level, measure, classes, show, hide, base, on, sel, open, reason, home, near, own,
 *  at: {lat, lng, zoom} | null};
 * text fields are '' where the address leaves the default. Search text is never part of it.
 */
const LAYERS = '(households|issues|activities|density)';
const TEXT = {
  area: /^[\w-]{1,64}$/,
  level: /^(township|village|grid|unit|household)$/,
  measure: /^[a-z_0-9]{2,30}$/,
  classes: /^(equal|\d{1,6}(\.\d{1,3})?(,\d{1,6}(\.\d{1,3})?){0,4})$/,
  show: new RegExp(`^${LAYERS}(,${LAYERS}){0,3}$`),
  hide: new RegExp(`^${LAYERS}(,${LAYERS}){0,3}$`),
  base: /^[a-z]{2,10}$/,
  on: /^\d{4}-\d{2}-\d{2}$/,
  sel: /^[\w-]{1,64}$/,
  open: /^(gap|link)$/,
  reason: /^[a-z_]{2,20}$/,
  home: /^[\da-f-]{36}$/,
  near: /^\d{1,3}(\.\d{1,7})?,\d{1,2}(\.\d{1,7})?$/,
  own: /^1$/,
};

/** No list, no card of a household, no nearest ones over the panel of an area. */
export const NOTHING_OPEN = { open: '', reason: '', home: '', near: '', own: '' };

export function parseRoute(search) {
  const query = new URLSearchParams(search);
  const route = { at: null };
  for (const [key, pattern] of Object.entries(TEXT)) {
    const value = query.get(key) ?? '';
    route[key] = pattern.test(value) ? value : '';
  }
  route.at = parseView(query.get('at') ?? '');
  return route;
}

function parseView(text) {
  const [lat, lng, zoom] = text.split(',').map(Number);
  const valid = text && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && zoom >= 1 && zoom <= 20;
  return valid ? { lat, lng, zoom } : null;
}

/** The address of a route: "?a=b" in a fixed order, or "" when all is default. */
export function formatRoute(route) {
  const parts = Object.keys(TEXT)
    .filter((key) => route[key])
    .map((key) => `${key}=${encodeURIComponent(route[key]).replaceAll('%2C', ',')}`);
  if (route.at) {
    const { lat, lng, zoom } = route.at;
    parts.push(`at=${lat.toFixed(5)},${lng.toFixed(5)},${Number(zoom.toFixed(2))}`);
  }
  return parts.length ? `?${parts.join('&')}` : '';
}
