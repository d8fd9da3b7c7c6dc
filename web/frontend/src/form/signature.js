// Sign with a finger or a mouse; the drawing is uploaded as one PNG a moment after the last stroke.
const PAPER = '#fff';
const INK = '#111';
const PAUSE_MS = 900;

function start(holder, files) {
  const canvas = holder.querySelector('canvas');
  const context = canvas.getContext('2d');
  let timer = 0;
  const wipe = () => { context.fillStyle = PAPER; context.fillRect(0, 0, canvas.width, canvas.height); };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * (canvas.width / box.width), (event.clientY - box.top) * (canvas.height / box.height)];
  };
  const keep = () => canvas.toBlob((blob) => {
    files.show(holder.closest('[data-field]'), []);
    files.add(holder.closest('[data-files]'), new File([blob], 'signature.png', { type: 'image/png' }));
  });
  wipe();
  Object.assign(context, { strokeStyle: INK, lineWidth: 3, lineCap: 'round', lineJoin: 'round' });
  canvas.addEventListener('pointerdown', (event) => {
    clearTimeout(timer);
    canvas.setPointerCapture(event.pointerId);
    context.beginPath();
    context.moveTo(...place(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    context.lineTo(...place(event));
    context.stroke();
  });
  canvas.addEventListener('pointerup', () => { timer = setTimeout(keep, PAUSE_MS); });
  holder.querySelector('[data-clear]').addEventListener('click', () => {
    clearTimeout(timer);
    wipe();
    files.show(holder.closest('[data-field]'), []);
    files.changed();
  });
}

const started = new WeakSet();

export function initSignatures(form, files) {
  for (const holder of form.querySelectorAll('[data-signature]')) {
    if (started.has(holder)) continue;
    started.add(holder);
    start(holder, files);
  }
}
