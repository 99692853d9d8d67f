/** Another day: the plan is asked for again, so that its numbers are of that day. */
const form = document.getElementById('plan-form');
const fields = [...(form?.querySelectorAll('[data-recount]') ?? [])];

for (const field of fields) {
  field.addEventListener('change', () => {
    if (!field.value) return;
    const address = new URL(form.action);
    for (const other of fields) if (other.value) address.searchParams.set(other.name, other.value);
    location.replace(address);
  });
}

/** What was chosen is counted anew at once: the buttons of the form are for who has no script. */
const all = form?.querySelector('select[name=all]');
all?.addEventListener('change', () => {
  if (all.value) form.querySelector('button[value=all]').click();
});
