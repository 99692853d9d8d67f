// The place of a matter by a press, where the browser knows it.
const here = document.getElementById('here');
if (here && navigator.geolocation) {
  here.hidden = false;
  const status = here.querySelector('[role=status]');
  here.querySelector('button').addEventListener('click', () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { longitude, latitude, accuracy } = coords;
        const field = document.querySelector('[name=point]');
        field.value = `${longitude.toFixed(6)},${latitude.toFixed(6)}`;
        field.dispatchEvent(new Event('change'));
        status.textContent = here.dataset.found.replace('{n}', Math.round(accuracy));
      },
      () => { status.textContent = here.dataset.none; },
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  });
}
