// The place of a matter by a press, where the browser knows it.
const here = document.getElementById('here');
if (here && navigator.geolocation) {
  here.hidden = false;
  const status = here.querySelector('[role=status]');
  here.querySelector('button').addEventListener('click', () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { longitude, latitude, accuracy } = coords;
        document.querySelector('[name=point]').value = `${longitude.toFixed(6)},${latitude.toFixed(6)}`;
        status.textContent = here.dataset.found.replace('{n}', Math.round(accuracy));
      },
      () => { status.textContent = here.dataset.none; },
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  });
}
