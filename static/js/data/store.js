/** A small observable: set() merges, listeners hear once per turn with the whole state. */
export class Store {
  constructor(state) {
    this.state = state;
    this.listeners = new Set();
    this.pending = false;
  }

  set(patch) {
    this.state = { ...this.state, ...patch };
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      for (const listener of [...this.listeners]) listener(this.state);
    });
  }

  /** Calls listener now and after every change; returns the function that stops it. */
  subscribe(listener) {
    this.listeners.add(listener);
    listener(this.state);
    return () => this.listeners.delete(listener);
  }
}
