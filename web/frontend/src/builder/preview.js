// The form on a phone: the server draws what stands in the builder, in a frame as wide as a phone, where the runtime of
// forms tries its conditions. What was typed stays over a new drawing.
export class Preview {
  constructor(frame) {
    const { theme } = document.documentElement.dataset;
    const attribute = theme ? ` data-theme="${theme}"` : '';
    this.ready = new Promise((resolve) => { frame.addEventListener('load', resolve, { once: true }); });
    this.frame = frame;
    frame.srcdoc = `<!doctype html><html${attribute}><head><meta charset="utf-8">`
      + `<link rel="stylesheet" href="${frame.dataset.style}"><link rel="stylesheet" href="${frame.dataset.own}">`
      + `<script src="${frame.dataset.script}" defer></script></head><body class="preview-body"><main id="main"></main></body></html>`;
  }

  async show(html, locale) {
    await this.ready;
    const doc = this.frame.contentDocument;
    const main = doc.getElementById('main');
    const { scrollTop } = doc.documentElement;
    const typed = this.read(main);
    doc.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
    main.innerHTML = html;
    this.write(main, typed);
    doc.dispatchEvent(new Event('htmx:after:swap'));
    doc.documentElement.scrollTop = scrollTop;
  }

  inputs(main) {
    return [...main.querySelectorAll('form [name]')].filter(({ type }) => !['file', 'hidden', 'submit', 'button'].includes(type));
  }

  read(main) {
    const changed = this.inputs(main).filter((input) => (
      ['radio', 'checkbox'].includes(input.type) ? input.checked !== input.defaultChecked : this.text(input) !== input.value
    ));
    return changed.map(({ name, type, value, checked }) => ({ name, type, value, checked }));
  }

  text(input) {
    return input.defaultValue ?? [...input.options].find((option) => option.defaultSelected)?.value ?? input.options[0]?.value;
  }

  write(main, typed) {
    for (const input of this.inputs(main)) {
      const toggles = ['radio', 'checkbox'].includes(input.type);
      const found = typed.find((each) => each.name === input.name && (!toggles || each.value === input.value));
      if (!found) continue;
      if (toggles) input.checked = found.checked;
      else input.value = found.value;
    }
  }
}
