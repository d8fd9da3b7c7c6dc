// Photos and files: made small here, uploaded at once, kept in the form as "sha256:name".
import { keepBlob } from '../offline/blobs.js';
import { send } from './request.js';
import { momentOf, stamp } from './stamp.js';

const LONGEST_SIDE = 1600;
const THUMB_SIDE = 160;
const QUALITY = 0.8;

function draw(bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// Drawing anew turns the picture upright and leaves its EXIF data (place, device) behind.
export async function shrink(file, lines = []) {
  const bitmap = await createImageBitmap(file);
  const thumb = draw(bitmap, THUMB_SIDE);
  const canvas = draw(bitmap, LONGEST_SIDE);
  bitmap.close();
  if (lines.length) stamp(canvas, lines);
  const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', QUALITY); });
  return { blob, thumb, name: file.name.replace(/\.\w+$/, '') + '.jpg' };
}

async function prepare(file, kind, lines) {
  if (kind === 'photo') {
    // A browser that cannot read the format (HEIC) sends the file as it is; the server re-encodes it.
    try { return await shrink(file, lines); } catch { /* sent as it is */ }
  }
  return { blob: file, thumb: null, name: file.name };
}

export class Files {
  constructor(form, config, changed) {
    Object.assign(this, { form, config, changed, running: new Set(), url: form.dataset.uploadUrl });
    form.addEventListener('change', (event) => this.picked(event));
    form.addEventListener('click', (event) => {
      const button = event.target.closest('[data-drop]');
      if (!button) return;
      const holder = button.closest('[data-files]');
      button.closest('[data-file]').remove();
      holder.querySelector('input[type=file]')?.focus();
      this.changed();
    });
  }

  picked(event) {
    const input = event.target;
    const holder = input.matches('input[type=file]') && input.closest('[data-files]');
    if (!holder || !(this.url || this.form.matches('[data-offline]'))) return;
    const room = Number(holder.dataset.limit) - holder.querySelectorAll('[data-file]').length;
    const files = [...input.files];
    input.value = '';
    if (files.length > room) this.tell(holder, 'max_files');
    const lines = this.stampOf(input);
    for (const file of files.slice(0, Math.max(0, room))) this.add(holder, file, lines);
  }

  tell(holder, code) {
    const label = holder.closest('[data-field]').querySelector('.form-label').firstChild.textContent.trim();
    holder.querySelector('[data-files-status]').textContent = this.config.messages[code]
      .replace('{label}', label).replace('{max}', holder.dataset.limit);
  }

  // A picture out of the gallery may be old: its stamp says that it was only added now.
  stampOf(input) {
    const about = this.form.dataset.stamp;
    if (!about) return [];
    const moment = momentOf(new Date());
    return [input.hasAttribute('capture') ? moment : this.config.words.added.replace('{time}', moment), ...about.split('\n')];
  }

  async add(holder, file, lines = []) {
    const item = this.item(holder, file.name);
    const { blob, thumb, name } = await prepare(file, holder.dataset.files, lines);
    if (thumb) item.prepend(thumb);
    this.upload(holder, item, blob, name);
  }

  item(holder, name) {
    const { words } = this.config;
    const item = document.createElement('li');
    item.className = 'form-thumb';
    item.dataset.file = '';
    const label = document.createElement('span');
    label.className = 'form-file-name';
    label.textContent = name;
    const drop = document.createElement('button');
    drop.type = 'button';
    drop.className = 'button button-quiet';
    drop.dataset.drop = '';
    drop.textContent = words.remove;
    drop.setAttribute('aria-label', `${words.remove} ${name}`);
    item.append(label, drop);
    holder.querySelector('[data-thumbs]').append(item);
    return item;
  }

  async upload(holder, item, blob, name) {
    const { words } = this.config;
    const body = new FormData();
    body.append('file', blob, name);
    const status = holder.querySelector('[data-files-status]');
    status.textContent = words.uploading;
    item.dataset.state = 'uploading';
    const work = this.url ? send(this.url, 'POST', body) : Promise.reject(new TypeError('no network'));
    this.running.add(work);
    try {
      const answer = await work;
      item.dataset.state = 'done';
      if (item.isConnected) this.keep(holder, item, answer.file, name);
      status.textContent = '';
    } catch (error) {
      if (error instanceof TypeError && this.form.matches('[data-step], [data-offline]')) {
        // No network: the bytes wait on this phone and are sent before the form.
        const key = await keepBlob(blob).catch(() => '');
        if (key && item.isConnected) {
          item.dataset.state = 'done';
          this.keep(holder, item, `local-${key}`, name);
          status.textContent = words.kept_here;
          return;
        }
      }
      item.dataset.state = 'failed';
      status.textContent = words.upload_failed;
      this.offerRetry(item, () => this.upload(holder, item, blob, name));
    } finally {
      this.running.delete(work);
    }
  }

  offerRetry(item, again) {
    const retry = document.createElement('button');
    retry.type = 'button';
    retry.className = 'button';
    retry.textContent = this.config.words.retry;
    retry.addEventListener('click', () => { retry.remove(); again(); });
    item.append(retry);
  }

  keep(holder, item, sha, name) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = holder.dataset.name;
    input.value = `${sha}:${name}`;
    item.append(input);
    this.changed();
  }

  show(element, entries) {
    const holder = element.querySelector('[data-files]');
    holder.querySelector('[data-thumbs]').replaceChildren();
    for (const { file, name } of entries) {
      const item = this.item(holder, name);
      const pattern = this.form.dataset.fileUrl;
      if (pattern && !file.startsWith('local-') && holder.dataset.files !== 'file') {
        const image = document.createElement('img');
        image.src = pattern.replace('{file}', file);
        image.alt = name;
        item.prepend(image);
      }
      this.keep(holder, item, file, name);
    }
  }

  // Resolves when nothing is on its way, whatever came of it.
  settled() {
    return Promise.allSettled([...this.running]);
  }
}
