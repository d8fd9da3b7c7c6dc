// What the phone can sense: its position (stored by the server, of which the form keeps only an id) and codes.
import { send } from './request.js';

// Never an old fix: what another page read some minutes ago is not where the phone is.
const FIX_OPTIONS = { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 };
const DENIED = 1;

function say(form, state) {
  for (const input of form.querySelectorAll('[data-permission]')) input.value = state;
}

function fix() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) reject(new Error('no geolocation'));
    else navigator.geolocation.getCurrentPosition(resolve, reject, FIX_OPTIONS);
  });
}

export function readingOf({ coords, timestamp }) {
  return {
    latitude: coords.latitude, longitude: coords.longitude, accuracy_m: coords.accuracy,
    coordinate_system: 'wgs84', fixed_at: new Date(timestamp).toISOString(),
  };
}

// Returns the evidence id of a position that the server stored, or "local" where there is no network: then the reading
// waits with the form on this phone (see offline/submit.js), and no other page sees it.
async function store(form, holder, found) {
  const url = form.dataset.positionUrl;
  // Both times are the phone's, so that the server can tell the age of the fix whatever the phone's clock shows.
  const sent = url
    ? send(url, 'POST', { ...readingOf(found), sent_at: new Date().toISOString() })
    : Promise.reject(new TypeError('no network'));
  try {
    return (await sent).evidence;
  } catch (error) {
    if (!(error instanceof TypeError && form.matches('[data-step], [data-offline]'))) throw error;
    const { latitude, longitude, accuracy } = found.coords;
    form.fieldflowReading = {
      field: holder.querySelector('input[type=hidden]').name, latitude, longitude, accuracy_m: accuracy,
      age_s: Math.max(0, (Date.now() - found.timestamp) / 1000), at: performance.now(),
    };
    return 'local';
  }
}

// Returns whether a position was recorded; says in the form what the browser allows.
async function locate(form, holder, words, changed) {
  const status = holder.querySelector('[data-position-status]');
  status.textContent = words.position_wait;
  try {
    const found = await fix();
    say(form, 'granted');
    holder.querySelector('input[type=hidden]').value = await store(form, holder, found);
    status.textContent = words.position_recorded;
    changed();
    return true;
  } catch (error) {
    if (error.code) say(form, error.code === DENIED ? 'denied' : 'unavailable');
    else if (!navigator.geolocation) say(form, 'unavailable');
    status.textContent = words.position_failed;
    return false;
  }
}

function byHand(form, words, changed) {
  const manual = form.querySelector('input[type=radio][value=manual]');
  if (!manual) return false;
  manual.checked = true;
  let notice = form.querySelector('[data-position-notice]');
  if (!notice) {
    notice = document.createElement('p');
    notice.className = 'notice';
    notice.dataset.positionNotice = '';
    notice.setAttribute('role', 'status');
    form.querySelector('.form-bar').before(notice);
  }
  notice.textContent = words.position_by_hand;
  changed();
  return true;
}

// The position that is read by the tap that sends the form: a field that is shown, empty, and was not tried yet.
export function waitingPosition(form) {
  const holder = form.querySelector('[data-at-submit]');
  if (!holder || !(form.dataset.positionUrl || form.matches('[data-offline]')) || holder.dataset.tried) return null;
  const isShown = !holder.closest('[data-field]').hidden && !holder.closest('[data-field]').hasAttribute('data-hidden');
  return isShown && !holder.querySelector('input[type=hidden]').value ? holder : null;
}

// Returns whether the form may be sent now.
export async function locateAtSubmit(form, holder, words, changed) {
  if (await locate(form, holder, words, changed)) return true;
  const chosen = form.querySelector('input[type=radio]:checked');
  if (chosen?.value === 'position') return !byHand(form, words, changed);
  holder.dataset.tried = '';
  return true;
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
  if (form.querySelector('[data-permission]')) {
    if (!navigator.geolocation) say(form, 'unavailable');
    else navigator.permissions?.query({ name: 'geolocation' }).then((found) => say(form, found.state), () => {});
  }
  form.addEventListener('click', (event) => {
    const button = event.target.closest('[data-locate]');
    if (button) locate(form, button.closest('[data-position]'), config.words, changed);
  });
  form.addEventListener('change', (event) => {
    if (event.target.matches('[data-scan] input[type=file]') && event.target.files.length) {
      scan(event.target, config.words, changed);
    }
  });
}
