/** Of a large draft, what the world changed since is told once the page is there. */
const place = document.getElementById('overtaken-later');

async function tell() {
  const answer = await fetch(place.dataset.from);
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), 'text/html');
  place.replaceChildren(...part.body.childNodes);
}

if (place) tell().catch(() => {}); // Offline: putting it into force checks anew anyway.
