/** A draft that is being worked out: the page follows it and opens it when it is there. */
const PAUSE = 1000;

async function follow() {
  const going = document.getElementById('going');
  if (!('going' in going.dataset)) return;
  try {
    const answer = await fetch(globalThis.location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('going');
    if (answer.ok && !fresh) {
      globalThis.location.reload();
      return;
    }
    // A button somebody is just reaching for stays where it is.
    if (answer.ok && !going.contains(document.activeElement)) going.replaceWith(document.adoptNode(fresh));
  } catch {
    // The next turn asks again.
  }
  setTimeout(follow, PAUSE);
}

setTimeout(follow, PAUSE);
