/** The program's JSON API. Every failure is an ApiError whose message says what to do next. */
import { _ } from './i18n.js';

export class ApiError extends Error {
  /** data: what the server said beside its sentence, or null. */
  constructor(message, status, data = null) {
    super(message);
    this.status = status;
    this.data = data;
  }
}

export class Api {
  /** send: a fetch; csrf: () => token of the session; signedOut: called after a 401. */
  constructor({
    send = globalThis.fetch.bind(globalThis), csrf = () => '', base = '/api/v1', signedOut = () => {},
  } = {}) {
    this.send = send;
    this.csrf = csrf;
    this.base = base;
    this.signedOut = signedOut;
  }

  coverage({ area, level, on }, signal) {
    return this.get('/coverage', { area, level, on }, signal);
  }

  previous({ area, on }, signal) {
    return this.get('/coverage/previous', { area, on }, signal);
  }

  /** Households without contact: one page of at most `limit`, and the cursor of the next. */
  gap({ area, reason, cursor, limit = 50 }, signal) {
    return this.get('/households', { area, gap: 1, reason, cursor, limit }, signal);
  }

  candidates(area, signal) {
    return this.get('/candidates', { area }, signal);
  }

  bounds(id, signal) {
    return this.get(`/areas/${encodeURIComponent(id)}/bounds`, {}, signal);
  }

  card({ id, on }, signal) {
    return this.get(`/households/${encodeURIComponent(id)}/card`, { on }, signal);
  }

  /** Asks for the phone of a household, which is logged: {phone}, '' where none is on record. */
  phone(id) {
    return this.post(`/households/${encodeURIComponent(id)}/phone`, {});
  }

  /** The households nearest to a point on a day. */
  near({ lon, lat, limit, own, on }, signal) {
    return this.get('/households', { near: `${lon},${lat}`, limit, own, on }, signal);
  }

  /** The households at a point on a day. */
  at({ lon, lat, within, limit, on }, signal) {
    return this.get('/households', { at: `${lon},${lat}`, within, limit, on }, signal);
  }

  issue(id, signal) {
    return this.get(`/issues/${encodeURIComponent(id)}`, {}, signal);
  }

  /** The places at which activities were held in the year up to a day. */
  activities({ on }, signal) {
    return this.get('/activities', { on }, signal);
  }

  /** kind: 'household' or 'area'; place: {lon, lat, accuracy_m, source, version}. */
  locate(kind, id, place) {
    const noun = kind === 'area' ? 'areas' : 'households';
    return this.post(`/${noun}/${encodeURIComponent(id)}/location`, place);
  }

  /** Where a unit stands: {lon, lat, version}. */
  placeOf(area, signal) {
    return this.get(`/areas/${encodeURIComponent(area)}/location`, {}, signal);
  }

  undoAct(act) {
    return this.post(`/acts/${encodeURIComponent(act)}/undo`, {});
  }

  /** Who holds the posts of an area. */
  posts({ id, on }, signal) {
    return this.get(`/areas/${encodeURIComponent(id)}/posts`, { on }, signal);
  }

  /** The emergency list open for an area now, or whether one may be opened. */
  emergency(id, signal) {
    return this.get(`/areas/${encodeURIComponent(id)}/emergency`, {}, signal);
  }

  /** The gap at the end of each of the last weeks, oldest first. */
  trend({ id, weeks, on, geo }, signal) {
    return this.get(`/areas/${encodeURIComponent(id)}/trend`, { weeks, on, geo }, signal);
  }

  link(households, post) {
    return this.post('/links', { households, post });
  }

  search(q, signal) {
    return this.post('/search', { q }, signal);
  }

  get(path, params, signal) {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(params)) if (value) query.set(key, value);
    const text = query.toString();
    return this.call(`${this.base}${path}${text ? `?${text}` : ''}`, { signal });
  }

  post(path, body, signal) {
    return this.call(`${this.base}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': this.csrf() },
      body: JSON.stringify(body),
      signal,
    });
  }

  remove(path) {
    return this.call(`${this.base}${path}`, { method: 'DELETE', headers: { 'X-CSRFToken': this.csrf() } });
  }

  async call(url, options) {
    let response;
    try {
      response = await this.send(url, { credentials: 'same-origin', ...options });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ApiError(_('No connection. Check the network and try again.'), 0);
    }
    const data = await response.json().catch(() => null);
    if (response.ok && data) return data;
    if (response.status === 401) {
      this.signedOut();
      throw new ApiError(_('You have been signed out. Sign in again to go on.'), 401);
    }
    const message = data?.error ?? _('The server did not answer as expected. Try again in a moment.');
    throw new ApiError(message, response.status, data);
  }
}
