// Which tasks are selected, across refreshes of the list; or all that match, which the server finds.
export class Selection {
  constructor(desk) {
    Object.assign(this, { desk, ids: new Set(), isAll: false, bar: desk.querySelector('#bulk') });
    desk.addEventListener('change', (event) => {
      if (event.target.matches('.task-check')) this.set(event.target.value, event.target.checked);
      if (event.target.matches('[data-select-page]')) this.page(event.target.checked);
    });
    this.bar.querySelector('[data-choose-all]').addEventListener('click', () => { this.isAll = true; this.show(); });
    this.bar.querySelector('[data-choose-none]').addEventListener('click', () => this.none());
    // Another run each time: the id is what keeps one press from being done twice.
    this.bar.addEventListener('submit', () => setTimeout(() => { this.bar.elements['bulk-run_id'].value = crypto.randomUUID(); }));
    this.show();
  }

  boxes() { return [...this.desk.querySelectorAll('.task-check')]; }

  set(id, isOn) {
    this.isAll = false;
    if (isOn) this.ids.add(id);
    else this.ids.delete(id);
    this.show();
  }

  toggle(id) { this.set(id, !this.ids.has(id)); }

  page(isOn) {
    this.isAll = false;
    for (const box of this.boxes()) this.ids[isOn ? 'add' : 'delete'](box.value);
    this.show();
  }

  none() {
    this.ids.clear();
    this.isAll = false;
    this.show();
  }

  only(ids) {
    this.isAll = false;
    this.ids = new Set(ids);
    this.show();
  }

  show() {
    const boxes = this.boxes();
    const present = new Set(boxes.map((box) => box.value));
    // What left the list is selected no more: nobody sees it.
    for (const id of this.ids) if (!present.has(id)) this.ids.delete(id);
    for (const box of boxes) box.checked = this.isAll || this.ids.has(box.value);
    const all = this.desk.querySelector('[data-select-page]');
    const count = boxes.filter((box) => box.checked).length;
    if (all) {
      all.checked = Boolean(count) && count === boxes.length;
      all.indeterminate = Boolean(count) && count < boxes.length;
    }
    this.bar.classList.toggle('is-shown', Boolean(count));
    this.bar.querySelector('[data-all]').value = this.isAll ? '1' : '';
    const chosen = this.bar.querySelector('[data-chosen]');
    chosen.textContent = this.isAll ? chosen.dataset.allText : chosen.dataset.text.replace('{n}', count);
    this.bar.querySelector('[data-choose-all]').hidden = this.isAll || !all?.checked || !this.desk.querySelector('.more');
    this.bar.querySelector('[data-choose-none]').hidden = !count;
  }
}
