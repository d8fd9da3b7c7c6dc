// Lanes: who is meant by them, and in which one an element stands.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import { entry, note, property } from './entries.js';
import { changeLane, isInner, lanesOf } from './inner_lanes.js';
import { get, processOf, rows } from './properties.js';

const OTHER = '=';

export function laneEntries(element, data) {
  const { lanes, texts } = data;
  const process = processOf(element)?.id;
  const here = lanes.filter(({ processes }) => processes.includes(process));
  const elsewhere = lanes.filter((lane) => !here.includes(lane));
  const [read] = property('key');
  const known = lanes.find(({ value }) => value === read(element));
  const option = ({ value, label }) => ({ value, label: `${label} · ${value}` });
  const options = [
    { value: '', label: texts.none },
    ...(here.length ? [{ label: texts.lanesHere, children: here.map(option) }] : []),
    { label: here.length ? texts.lanesElsewhere : texts.lanesKnown, children: elsewhere.map(option) },
    { value: OTHER, label: texts.laneOther },
  ];
  const chosen = (each) => (read(each) && !lanes.some(({ value }) => value === read(each)) ? OTHER : read(each));
  const choose = (settings, each, value) => write(settings, each, value, lanes);
  const found = [entry('lane', 'select', texts.lane, chosen, choose, { options, description: texts.laneHelp })];
  if (read(element) && !known) found.push(entry('key', 'text', texts.laneKey, ...property('key')));
  if (known) {
    const isNobody = here.length > 0 && !here.includes(known);
    found.push(note('lane-who', { lines: [isNobody ? texts.laneNobody : `${texts.laneWho}${known.who}`] }));
  }
  return found;
}

// A lane without a name is called what the program calls it, in both languages.
function write(settings, element, value, lanes) {
  const object = element.businessObject;
  const lane = object.name ? null : lanes.find((each) => each.value === value);
  const key = value === OTHER ? 'Lane' : value;
  const wanted = [{ name: 'key', value: key }, { name: 'name_en', value: lane?.labels.en ?? '' }];
  const missing = wanted.filter((each) => each.value && !get(element, each.name));
  const changes = get(element, 'key') ? settings.setting(object, 'key', key) : [];
  if (missing.length) changes.push(settings.adding(object, missing));
  if (lane) changes.push([object, { name: lane.labels.zh }]);
  if (changes.length) settings.run(element, changes);
}

// Where an element stands: the drawing says so, or inside of a sub-process a choice.
export function laneOf(element, data) {
  const { texts } = data;
  const own = isInner(element) ? lanesOf(element) : [];
  if (!own.length) return [note('in-lane', { lines: [laneNote(element, data)] })];
  const around = standing(element.businessObject.$parent);
  const as = around ? texts.laneAsOuter.replace('{lane}', nameOf(around, data.locale)) : texts.laneAsOuterNone;
  const options = [{ value: '', label: as }, ...own.map((lane) => ({ value: lane.id, label: nameOf(lane, data.locale) }))];
  const read = ({ businessObject }) => businessObject.lanes?.at(-1)?.id ?? '';
  const found = standing(element.businessObject);
  const who = found ? whoIn(found, data) : texts.noLane;
  return [
    entry('own-lane', 'select', texts.ownLane, read, changeLane, { options, description: texts.ownLaneHelp }),
    ...(who ? [note('in-lane', { lines: [found ? `${texts.laneWho}${who}` : who] })] : []),
  ];
}

// The lane of an element; inside of a sub-process it is the sub-process's, unless it has its own.
function laneNote(element, data) {
  const lane = standing(getBusinessObject(element));
  return lane ? [`${data.texts.inLane}${nameOf(lane, data.locale)}`, whoIn(lane, data)].filter(Boolean).join(' · ') : data.texts.noLane;
}

function standing(from) {
  for (let object = from; object; object = object.$parent) {
    const lane = object.lanes?.at(-1);
    if (lane) return lane;
  }
  return null;
}

const settingOf = (lane, wanted) => rows(lane).find(({ name }) => name === wanted)?.value;
const nameOf = (lane, locale) => (locale === 'en' && settingOf(lane, 'name_en')) || lane.name || settingOf(lane, 'key') || lane.id;
const whoIn = (lane, { lanes }) => lanes.find(({ value }) => value === settingOf(lane, 'key'))?.who;
