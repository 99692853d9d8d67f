/** Files that are being made: the page follows them until all are there. */
const PAUSE = 2000;

async function follow() {
  const files = document.getElementById('files');
  if (!('going' in files.dataset)) return;
  try {
    const answer = await fetch(globalThis.location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('files');
    // A button somebody is just reaching for stays where it is.
    if (answer.ok && fresh && !files.contains(document.activeElement)) {
      files.replaceWith(document.adoptNode(fresh));
    }
  } catch {
    // The next turn asks again.
  }
  setTimeout(follow, PAUSE);
}

setTimeout(follow, PAUSE);
