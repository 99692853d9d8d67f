/** Lists of the administration: each value knows the name of its column, for the cards of a phone. */
const table = document.getElementById('result_list');
const names = [...(table?.querySelectorAll('thead th .text') ?? [])].map((th) => th.textContent.trim());
for (const row of table?.querySelectorAll('tbody tr') ?? []) {
  [...row.children].forEach((cell, i) => {
    if (cell.localName === 'td' && names[i] && !cell.matches('.action-checkbox')) cell.dataset.label = names[i];
  });
}
