/** Small behaviour every page shares: menus close when one looks elsewhere, a refused form opens
 * at its first field to be mended, pages the bar has no room for stand under "More". */
const menus = () => document.querySelectorAll('details.menu[open]');

document.addEventListener('click', (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

document.querySelector('main :is(input, select, textarea)[aria-invalid="true"]')?.focus();

const nav = document.querySelector('.bar-nav');
const more = document.querySelector('.more-pages');

/** What has wrapped beneath the first line is out of sight; the rest of the pages never was on it. */
function sortOut() {
  const links = [...nav.children];
  const wrapped = () => links.map((link) => link.matches('.rest') || link.offsetTop > links[0].offsetTop);
  more.hidden = true;
  let off = wrapped();
  more.hidden = !off.includes(true);
  if (!more.hidden) off = wrapped();
  links.forEach((link, i) => link.classList.toggle('off', off[i]));
  [...more.querySelectorAll('.menu-body a')].forEach((link, i) => { link.hidden = !off[i]; });
}

if (nav?.childElementCount) {
  const observer = new ResizeObserver(sortOut);
  for (const box of [nav, nav.parentElement]) observer.observe(box);
}
