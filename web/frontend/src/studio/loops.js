// Repetition of an activity: for each of a list, a number of times, or again while a condition holds.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { entry, feel, note, property } from './entries.js';
import { isName } from './lists.js';
import { get, target } from './properties.js';

const MULTI = 'bpmn:MultiInstanceLoopCharacteristics';
const STANDARD = 'bpmn:StandardLoopCharacteristics';

export function loopGroup(element, data) {
  if (!is(element, 'bpmn:Activity')) return null;
  const { texts } = data;
  const loop = element.businessObject.loopCharacteristics;
  const entries = [kind(texts)];
  if (loop && is(loop, MULTI)) entries.push(...each(element, loop, data));
  if (loop && is(loop, STANDARD)) entries.push(...again(loop, texts));
  return { id: 'fieldflow-loop', label: texts.loop, entries, shouldOpen: Boolean(loop) };
}

function kindOf(element) {
  const loop = element.businessObject.loopCharacteristics;
  if (!loop) return '';
  if (is(loop, STANDARD)) return 'standard';
  return loop.isSequential ? 'sequential' : 'parallel';
}

function kind(texts) {
  const options = [
    { value: '', label: texts.loopNone }, { value: 'sequential', label: texts.loopSequential },
    { value: 'parallel', label: texts.loopParallel }, { value: 'standard', label: texts.loopStandard },
  ];
  return entry('loop-kind', 'select', texts.loopKind, kindOf, writeKind, { options, description: texts.loopHelp });
}

// Between one after the other and all at once everything else stays as it is.
function writeKind(settings, element, value) {
  const object = element.businessObject;
  const loop = object.loopCharacteristics;
  if (loop && is(loop, MULTI) && ['sequential', 'parallel'].includes(value)) {
    settings.change(element, loop, { isSequential: value === 'sequential' });
    return;
  }
  const type = value === 'standard' ? STANDARD : MULTI;
  const made = value ? settings.create(type, object, value === 'sequential' ? { isSequential: true } : {}) : undefined;
  settings.change(element, object, { loopCharacteristics: made });
}

// An expression that stands in a child element of the loop.
function expression(loop, name) {
  const read = () => loop[name]?.body ?? '';
  const write = (settings, element, value) => {
    settings.change(element, loop, { [name]: settings.expression(loop, value || undefined) });
  };
  return [read, write];
}

function each(element, loop, { texts }) {
  const object = target(element);
  const isCounted = Boolean(loop.loopCardinality) && !get(element, 'loop.collection');
  const over = () => (isCounted ? 'count' : 'list');
  const options = [{ value: 'list', label: texts.loopOverList }, { value: 'count', label: texts.loopOverCount }];
  const writeOver = (settings, owner, value) => settings.run(owner, value === 'count'
    ? [...settings.setting(object, 'loop.collection', ''), [loop, { loopCardinality: settings.expression(loop, '2') }]]
    : [[loop, { loopCardinality: undefined }]]);
  const validate = (text) => (!text || isName(text) ? null : texts.nameInvalid);
  const found = [entry('loop-over', 'select', texts.loopOver, over, writeOver, { options })];
  if (isCounted) {
    found.push(feel('loop-count', texts.loopCount, 'number', ...expression(loop, 'loopCardinality'),
      { type: 'number', required: true, description: texts.loopCountHelp }));
  } else {
    found.push(feel('loop-collection', texts.loopCollection, 'list', ...property('loop.collection'),
      { type: 'list', required: true, description: texts.loopCollectionHelp }));
    found.push(entry('loop-item', 'text', texts.loopItem, ...property('loop.item'), { validate, description: texts.loopItemHelp }));
  }
  found.push(feel('loop-until', texts.loopUntil, 'condition', ...expression(loop, 'completionCondition'),
    { type: 'boolean', description: texts.loopUntilHelp }));
  found.push(entry('loop-result', 'text', texts.loopResult, ...property('loop.result'), { validate, description: texts.loopResultHelp }));
  found.push(feel('loop-value', texts.loopValue, 'value', ...property('loop.value'),
    { description: texts.loopValueHelp, required: Boolean(get(element, 'loop.result')) }));
  if (loop.loopDataInputRef || loop.loopDataOutputRef) {
    const act = (settings) => settings.change(element, loop, { loopDataInputRef: undefined, loopDataOutputRef: undefined });
    found.push(note('loop-references', { lines: [texts.loopReferences], act, actLabel: texts.loopForget }));
  }
  return found;
}

function again(loop, texts) {
  const before = () => String(loop.testBefore === true);
  const options = [{ value: 'false', label: texts.loopTestAfter }, { value: 'true', label: texts.loopTestBefore }];
  const validate = (text) => (!text || /^[1-9]\d{0,5}$/.test(text) ? null : texts.wholeNumber);
  return [
    feel('loop-condition', texts.loopCondition, 'condition', ...expression(loop, 'loopCondition'),
      { type: 'boolean', description: texts.loopConditionHelp }),
    entry('loop-before', 'select', texts.loopTested, before,
      (settings, element, value) => settings.change(element, loop, { testBefore: value === 'true' }), { options }),
    entry('loop-maximum', 'text', texts.loopMaximum, () => String(loop.loopMaximum ?? ''), (settings, element, value) => {
      if (!validate(value)) settings.change(element, loop, { loopMaximum: value ? Number(value) : undefined });
    }, { validate, description: texts.loopMaximumHelp }),
  ];
}
