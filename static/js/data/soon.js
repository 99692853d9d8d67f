/** Work in small pieces: what takes long is done between frames, a few milliseconds at a time. */

const BUDGET = 8; // ms of such work before the browser may draw a frame

const jobs = [];

/** Does a job soon, in turn, and no more of them at once than leave room for a frame. */
export function soon(job) {
  if (jobs.push(job) === 1) setTimeout(work);
}

function work() {
  const end = performance.now() + BUDGET;
  do {
    jobs[0]();
    jobs.shift();
  } while (jobs.length && performance.now() < end);
  if (jobs.length) setTimeout(work);
}
