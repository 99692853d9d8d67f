/** Which rows are chosen: some of the page, all of it, or all that fit what is asked. */
import { integer } from './i18n.js';

export class Selection {
  /** keys: of the page, in order; total: how many fit (negative: more than so many). */
  constructor(keys, total) {
    this.keys = keys;
    this.total = total;
    this.chosen = new Set();
    this.all = false;
    this.last = null;
  }

  has(key) {
    return this.chosen.has(key);
  }

  /** Every row of the page is chosen. */
  get page() {
    return this.keys.length > 0 && this.chosen.size === this.keys.length;
  }

  /** There are rows beyond this page. */
  get beyond() {
    return this.total < 0 || this.total > this.keys.length;
  }

  get size() {
    return this.all ? Math.abs(this.total) : this.chosen.size;
  }

  /** The number in words; `many` says that it is more. */
  label(many) {
    const n = integer(this.size);
    return this.all && this.total < 0 ? many.replace('{n}', n) : n;
  }

  /** Turns a row over; with `range`, all from the last one turned to here become as it does. */
  turn(key, range = false) {
    this.leaveAll();
    const on = !this.chosen.has(key);
    const from = range && this.last !== null ? this.keys.indexOf(this.last) : this.keys.indexOf(key);
    const to = this.keys.indexOf(key);
    for (const each of this.keys.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      if (on) this.chosen.add(each);
      else this.chosen.delete(each);
    }
    this.last = key;
  }

  /** Chooses the row one stands on and the one beside it. */
  extend(key, next) {
    this.leaveAll();
    this.chosen.add(key);
    this.chosen.add(next);
    this.last = next;
  }

  setPage(on) {
    this.all = false;
    this.chosen = new Set(on ? this.keys : []);
  }

  setAll() {
    this.setPage(true);
    this.all = true;
  }

  clear() {
    this.setPage(false);
    this.last = null;
  }

  leaveAll() {
    this.all = false;
  }
}
