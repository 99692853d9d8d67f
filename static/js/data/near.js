/** Where one stands, and how far and in which direction something lies. */
import { _, distance } from './i18n.js';

const EARTH = 6371008.8; // metres
const WAIT = 15000; // ms for a position before giving up
const rad = (degrees) => (degrees * Math.PI) / 180;

const POINTS = () => [
  _('north'), _('north-east'), _('east'), _('south-east'),
  _('south'), _('south-west'), _('west'), _('north-west'),
];

/** A bearing in degrees from north as one of eight words. */
export const bearingWord = (degrees) => POINTS()[Math.round((((degrees % 360) + 360) % 360) / 45) % 8];

/** "东南 350 米"; under the width of a house there is no direction to speak of. */
export function away({ metres, bearing }) {
  if (metres < 5) return _('right here');
  return _('%(way)s %(distance)s', { way: bearingWord(bearing), distance: distance(metres) });
}

/** {metres, bearing} from one {lon, lat} to another, on the sphere. */
export function between(from, to) {
  const [a, b, across] = [rad(from.lat), rad(to.lat), rad(to.lon - from.lon)];
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(across / 2) ** 2;
  const bearing = Math.atan2(
    Math.sin(across) * Math.cos(b),
    Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(across),
  );
  return {
    metres: 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half))),
    bearing: ((bearing * 180) / Math.PI + 360) % 360,
  };
}

/** Rows with {metres, bearing} from a place, nearest first; those without a location last. */
export function byDistance(rows, from) {
  const located = ({ lon }) => lon !== null && lon !== undefined;
  return rows
    .map((row) => (located(row) ? { ...row, ...between(from, row) } : { ...row, metres: null }))
    .sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity));
}

/** Why there is no position, and what to do about it. `code` as the browser gives it. */
export const positionTrouble = (code) => ({
  0: _('This browser tells its position only to pages opened by https. Choose a point on the map instead.'),
  1: _('The browser was not allowed to tell where you are. Allow location for this page in its settings, or choose a point on the map.'),
  2: _('Where you are could not be found out. Go into the open or switch on location, or choose a point on the map.'),
  3: _('Finding out where you are took too long. Try again in the open, or choose a point on the map.'),
})[code] ?? _('Where you are could not be found out. Go into the open or switch on location, or choose a point on the map.');

/** {lon, lat, accuracy} of this device, once; rejects with an Error whose message says what to do. */
export function askPosition({
  geolocation = globalThis.navigator?.geolocation, secure = globalThis.isSecureContext,
} = {}) {
  return new Promise((resolve, reject) => {
    if (!geolocation || !secure) {
      reject(new Error(positionTrouble(0)));
      return;
    }
    geolocation.getCurrentPosition(
      ({ coords }) => resolve({
        lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy,
      }),
      ({ code }) => reject(new Error(positionTrouble(code))),
      { enableHighAccuracy: true, timeout: WAIT, maximumAge: 10000 },
    );
  });
}
