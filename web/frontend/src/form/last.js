// "Same as last time": what the person's last form about this customer said, put in with one tap.

export function offerLast(form, words, restore) {
  const text = form.dataset.last;
  if (!text || !form.querySelector('[data-error-summary]').hidden) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button button-wide form-last';
  button.textContent = words.same_as_last;
  button.addEventListener('click', () => {
    restore(JSON.parse(text));
    button.disabled = true;
    button.textContent = words.same_done;
  });
  // Right after the first question: the outcome decides whether there is anything to repeat.
  const first = form.querySelector(':scope > [data-field]');
  first?.after(button);
}

// Days to choose with one tap, counted from today on this device.
export function initQuickDays(form, changed) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('[data-days]');
    if (!button) return;
    const day = new Date();
    day.setDate(day.getDate() + Number(button.dataset.days));
    button.closest('[data-field]').querySelector('input[type=date]').value = new Intl.DateTimeFormat('sv').format(day);
    changed();
  });
}
