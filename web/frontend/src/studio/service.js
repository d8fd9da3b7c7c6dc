// What a service task does: its topic, one input for each parameter that the topic declares, and what comes out.
import { entry, feel, note, property } from './entries.js';
import { expressions, listGroup } from './lists.js';
import { all, get } from './properties.js';
import { givesEntries, resultEntry } from './results.js';

const PARAMETER = 'param.';
const KINDS = ['lookup', 'operation', 'delivery'];

export function serviceGroups(element, data) {
  const { topics, texts } = data;
  const name = get(element, 'topic');
  const topic = topics.find((each) => each.name === name);
  const groups = [{ id: 'fieldflow-topic', label: texts.service, shouldOpen: true, entries: topicEntries(name, topic, data) }];
  if (topic?.takes.length) {
    const entries = topic.takes.flatMap((each) => parameter(each, data));
    groups.push({ id: 'fieldflow-takes', label: texts.parameters, shouldOpen: true, entries });
  }
  const isExtra = (each) => each.startsWith(PARAMETER) && !topic?.takes.some((taken) => PARAMETER + taken.name === each);
  if (name && (!topic || all(element).some((row) => isExtra(row.name ?? '')))) {
    groups.push(listGroup(element, data, {
      id: PARAMETER, label: topic ? texts.otherParameters : texts.parameters, isShown: isExtra, prefix: PARAMETER, value: expressions,
    }));
  }
  if (name && (!topic || topic.gives.length || topic.waits || get(element, 'result'))) {
    groups.push({ id: 'fieldflow-gives', label: texts.gives, shouldOpen: true, entries: [
      resultEntry(data, texts.resultTopicHelp), ...givesEntries(element, data, topic?.gives ?? [], texts.valuesBack)] });
  }
  return groups;
}

function topicEntries(name, topic, { topics, texts }) {
  const options = [{ value: '', label: texts.none }, ...KINDS.map((kind) => ({
    label: texts[`${kind}s`],
    children: topics.filter((each) => each.kind === kind).map((each) => ({ value: each.name, label: `${each.label} · ${each.name}` })),
  })).filter(({ children }) => children.length)];
  const chosen = entry('topic', 'select', texts.topic, ...property('topic'), { options });
  if (!name) return [chosen, note('topic-about', { lines: [texts.topicHelp] })];
  if (!topic) return [chosen, note('topic-about', { lines: [texts.topicUnknown] })];
  return [chosen, note('topic-about', { lines: [topic.about, topic.waits ? texts.deliveryWaits : texts[`${topic.kind}Help`]] })];
}

// A parameter with words of its own is chosen from them; an expression may stand in their place.
function parameter({ name, label, type, required, help, choices }, { texts }) {
  const [read, write] = property(PARAMETER + name);
  const words = type === 'boolean'
    ? [{ value: 'true', label: texts.yes }, { value: 'false', label: texts.no }]
    : choices.map(({ value, label: word }) => ({ value: `"${value}"`, label: word }));
  const input = (shown) => feel(`param-${name}`, shown, type, read, write, { type, required, choices, description: help });
  if (!words.length) return [input(label)];
  const isWord = (each) => words.some(({ value }) => value === read(each));
  const options = [{ value: '', label: texts.ownExpression }, ...words];
  const choose = (settings, each, value) => write(settings, each, value);
  return [
    entry(`param-${name}-word`, 'select', label, (each) => (isWord(each) ? read(each) : ''), choose, { options }),
    input(texts.asExpression.replace('{name}', label)),
  ];
}
