// After a form came back, the first field to mend has the focus: it may stand far below the fold.
export function focusMistake(root) {
  const field = root.querySelector('form:not([data-form]) .field-error :is(input:not([type=hidden]), select, textarea)');
  field?.closest('details')?.setAttribute('open', '');
  field?.focus();
}
