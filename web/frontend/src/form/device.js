// What the phone can sense: its position (stored by the server, of which the form keeps only an id) and codes.
import { send } from './request.js';

const FIX_OPTIONS = { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 };

function locate(holder, url, words, changed) {
  const status = holder.querySelector('[data-position-status]');
  const failed = () => { status.textContent = words.position_failed; };
  if (!url || !navigator.geolocation) { failed(); return; }
  navigator.geolocation.getCurrentPosition(async ({ coords, timestamp }) => {
    try {
      const answer = await send(url, 'POST', {
        latitude: coords.latitude, longitude: coords.longitude, accuracy_m: coords.accuracy,
        coordinate_system: 'wgs84', fixed_at: new Date(timestamp).toISOString(),
      });
      holder.querySelector('input[type=hidden]').value = answer.evidence;
      status.textContent = words.position_recorded;
      changed();
    } catch { failed(); }
  }, failed, FIX_OPTIONS);
}

async function scan(input, words, changed) {
  const holder = input.closest('[data-scan]');
  const status = holder.parentElement.querySelector('[data-scan-status]');
  status.textContent = '';
  try {
    const [code] = await new BarcodeDetector().detect(await createImageBitmap(input.files[0]));
    holder.querySelector('.form-input').value = code.rawValue;
    changed();
  } catch {
    status.textContent = words.scan_failed;
  }
  input.value = '';
}

export function hideWhatIsMissing(form) {
  if (!('BarcodeDetector' in window)) form.querySelectorAll('[data-scan] .form-pick').forEach((pick) => { pick.hidden = true; });
}

export function initDevice(form, config, changed) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('[data-locate]');
    if (button) locate(button.closest('[data-position]'), form.dataset.positionUrl, config.words, changed);
  });
  form.addEventListener('change', (event) => {
    if (event.target.matches('[data-scan] input[type=file]') && event.target.files.length) {
      scan(event.target, config.words, changed);
    }
  });
}
