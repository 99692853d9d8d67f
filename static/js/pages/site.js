/** Small behaviour every page shares: menus close when one looks elsewhere, a refused form opens
 * at its first field to be mended. */
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
