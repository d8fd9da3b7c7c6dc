// A decision file or a form as text: saved with its revision, checked by the server.
import { DraftFile } from './draft.js';
import { listFindings } from './finding_list.js';
import { send } from './send.js';

export function openText(root, data) {
  const area = root.querySelector('[data-content]');
  const status = (sentence) => { root.querySelector('[data-status]').textContent = sentence; };
  const file = new DraftFile({ data, root, read: () => area.value, status });
  root.querySelector('[data-save]')?.addEventListener('click', async () => {
    if (await file.save()) await check(root, data, area, status, data.texts.saved);
  });
  root.querySelector('[data-check]').addEventListener('click', () => check(root, data, area, status, ''));
  addEventListener('beforeunload', (event) => {
    if (area.value !== file.saved) event.preventDefault();
  });
}

async function check(root, data, area, status, before) {
  status(data.texts.checking);
  const answer = await send(data.checkUrl, { name: data.name, content: area.value });
  if (!answer.ok) return status(answer.body.detail ?? data.texts.failed);
  const { findings } = answer.body;
  listFindings(root.querySelector('[data-findings]'), findings, data.texts);
  const said = findings.length ? data.texts.findings.replace('{n}', findings.length) : data.texts.noFindings;
  return status([before, said].filter(Boolean).join(' '));
}
