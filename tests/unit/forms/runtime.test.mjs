// What the browser shares with the server, held to the same vectors. Run by test_conditions.py.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { compute } from '../../../web/frontend/src/form/compute.js';
import { holds } from '../../../web/frontend/src/form/conditions.js';
import { readMoney, readNumber, writeMoney } from '../../../web/frontend/src/form/numbers.js';
import { checkField, sentence } from '../../../web/frontend/src/form/validate.js';
import { computeLevel, hiddenKeys } from '../../../web/frontend/src/form/visibility.js';

const load = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

for (const { name, condition, values, expected } of load('../../../forms/condition_vectors.json')) {
  test(`condition: ${name}`, () => assert.equal(holds(condition, values), expected));
}
for (const { expression, values, expected } of load('compute_vectors.json')) {
  test(`compute: ${JSON.stringify(expression)}`, () => assert.equal(compute(expression, values), expected));
}
for (const { type, text, expected } of load('number_vectors.json')) {
  test(`${type}: ${text}`, () => assert.equal((type === 'money' ? readMoney : readNumber)(text), expected));
}
test('an unknown operator is an error', () => assert.throws(() => holds({ nope: [1, 2] }, {})));
test('amounts are written in major units', () => {
  assert.deepEqual([-105, 7, 0, null, 'x'].map(writeMoney), ['-1.05', '0.07', '0.00', '', 'x']);
});
test('hiding one field hides what depends on it', () => {
  const when = (field) => ({ not_empty: { field } });
  const fields = [{ key: 'a' }, { key: 'b', visible: when('a') }, { key: 'c', visible: when('b') }];
  const level = { fields, rows: {}, values: { a: null, b: 'x', c: 'y' } };
  assert.deepEqual([...hiddenKeys(level, {})], ['b', 'c']);
});
test('rows are computed before the form', () => {
  const row = { fields: [{ key: 'm', type: 'computed', compute: { product: ['n', 'n'] } }], values: { n: 3 }, rows: {} };
  const level = { fields: [{ key: 't', type: 'computed', compute: { sum: 'rows.m' } }], values: { rows: [row.values] }, rows: { rows: [row] } };
  computeLevel(level);
  assert.equal(level.values.t, 9);
});
test('the sentences are the ones of the server', () => {
  const field = { type: 'number', label: 'Size', min: 2, required: true, missing: 'required_number' };
  assert.deepEqual(checkField(field, null, {}), ['required_number']);
  assert.deepEqual(checkField(field, 'x', {}), ['number']);
  assert.equal(sentence({ min: '“{label}” ≥ {min}' }, field, checkField(field, 1, {})), '“Size” ≥ 2');
  assert.deepEqual(checkField({ type: 'date' }, '2026-02-30', {}), ['date']);
  assert.equal(checkField({ type: 'date' }, '2026-02-28', {}), null);
  assert.deepEqual(checkField({ type: 'text', max_length: 1 }, '😀😀', {}), ['max_length', { max: 1, actual: 2 }]);
});
