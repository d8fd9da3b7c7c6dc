// What the form builder does to a definition. Run by test_builder.py.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { at, copied, insert, move, remove, renameKey, walk } from '../../../web/frontend/src/builder/document.js';
import { History } from '../../../web/frontend/src/builder/history.js';

const folder = new URL('../../../forms/definitions/', import.meta.url);
const forms = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
const keys = (doc) => [...walk(doc.components)].map(({ part, level }) => `${level}${part.key}`).join(' ');
const field = (key, more = {}) => ({ type: 'text', key, label: { en: key }, ...more });
const nested = () => ({ components: [field('a'), { type: 'section', key: 's', children: [field('b'), field('c')] }, field('d')] });

test('a part moves in, out and along, and its new place is told', () => {
  const doc = nested();
  assert.equal(move(doc, 'components.0', 'components.1.children', 2), 'components.0.children.2');
  assert.equal(keys(doc), '1s 2b 2c 2a 1d');
  assert.equal(move(doc, 'components.0.children.0', 'components', 1), 'components.1');
  assert.equal(keys(doc), '1s 2c 2a 1b 1d');
  assert.equal(move(doc, 'components.1', 'components', 3), 'components.2');
  assert.equal(keys(doc), '1s 2c 2a 1d 1b');
});
test('no part moves into itself', () => {
  const doc = nested();
  assert.equal(move(doc, 'components.1', 'components.1.children', 0), null);
  assert.deepEqual(doc, nested());
});
test('a copy has keys of its own at its level, and a copy of a list keeps its columns', () => {
  const doc = nested();
  assert.deepEqual(copied(doc, 'components.1').children.map(({ key }) => key), ['b_2', 'c_2']);
  doc.components.push({ type: 'list', key: 'rows', children: [field('a')] });
  const list = copied(doc, 'components.3');
  assert.deepEqual([list.key, list.children[0].key], ['rows_2', 'a']);
});
test('conditions and computed fields follow a new key where it means one field', () => {
  const rows = { type: 'list', key: 'rows', children: [{ type: 'number', key: 'n' }] };
  const doc = { components: [field('a'), rows, field('b', {
    visible_if: { all: [{ eq: [{ field: 'a' }, 'a'] }, { empty: { field: 'context.a' } }] }, compute: { sum: 'rows.n' },
  })] };
  renameKey(doc, 'components.0', 'z');
  renameKey(doc, 'components.1.children.0', 'amount');
  const [, , b] = doc.components;
  assert.deepEqual(b.visible_if, { all: [{ eq: [{ field: 'z' }, 'a'] }, { empty: { field: 'context.a' } }] });
  assert.deepEqual(b.compute, { sum: 'rows.amount' });
  doc.components.push(field('z'));
  renameKey(doc, 'components.0', 'y');
  assert.deepEqual(b.visible_if.all[0], { eq: [{ field: 'z' }, 'a'] });
});
test('typing is taken back as one, and nothing is lost on the way', () => {
  for (const form of forms) {
    const history = new History(structuredClone(form));
    for (const letter of ['x', 'xy']) history.edit((doc) => { doc.title.zh = letter; }, 'title');
    for (const index of form.components.keys()) history.edit((doc) => { insert(doc, 'components', 0, remove(doc, `components.${index}`)); });
    const last = structuredClone(history.doc);
    while (history.undo());
    assert.deepEqual(history.doc, form);
    while (history.redo());
    assert.deepEqual(history.doc, last);
  }
});
test('an edit that changes nothing is none', () => {
  const history = new History(nested());
  assert.equal(history.edit((doc) => { at(doc, 'components.0').key = 'a'; }), false);
  assert.equal(history.undo(), false);
});
