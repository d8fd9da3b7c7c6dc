// The panel's inputs. They are components of this module, never made inside getGroups(): a component made anew at each
// change would be mounted anew, and lose what is being typed.
import { h } from '@bpmn-io/properties-panel/preact';
import { SelectEntry, TextFieldEntry, isSelectEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { FeelField, isFeelEdited } from './feel_field.js';
import { get } from './properties.js';

const FEW_ROWS = 6;
const LOOKS = {
  text: [TextFieldEntry, isTextFieldEntryEdited],
  select: [SelectEntry, isSelectEntryEdited],
};

// `read(element)` and `write(settings, element, value)` say what the input is about.
function Entry(props) {
  const settings = useService('fieldflowSettings');
  const debounce = useService('debounceInput');
  const { element, look, read, write, options, ...rest } = props;
  return h(LOOKS[look][0], {
    ...rest,
    element,
    debounce,
    getValue: () => read(element),
    setValue: (value) => write(settings, element, value ?? ''),
    getOptions: options ? () => withCurrent(options, read(element)) : undefined,
  });
}

// A value that the list does not know is shown, not lost.
function withCurrent(options, current) {
  const flat = options.flatMap((option) => option.children ?? [option]);
  const known = !current || flat.some((option) => option.value === current);
  return known ? options : [...options, { value: current, label: current }];
}

export function entry(id, look, label, read, write, more = {}) {
  return { id: `fieldflow-${id}`, component: Entry, look, label, read, write, isEdited: LOOKS[look][1], ...more };
}

// An expression; kind says what its value is for, as the gate names it.
export function feel(id, label, kind, read, write, more = {}) {
  return { id: `fieldflow-${id}`, component: FeelField, kind, label, read, write, isEdited: isFeelEdited, ...more };
}

// What reads and writes one of our settings.
export const property = (name) => [
  (element) => get(element, name),
  (settings, element, value) => settings.set(element, name, value),
];

// What a place is about, in sentences, a list of names with their types, and a button where there is something to do.
// `looks`: what it does changes nothing, so that it is there in a diagram to look at too.
function Note({ id, lines = [], rows = [], summary = '', act, actLabel, looks = false }) {
  const settings = useService('fieldflowSettings');
  const row = ({ name, label, type }) => [
    h('dt', {}, h('code', {}, name)), h('dd', {}, [label, type].filter(Boolean).join(' · ')),
  ];
  return h('div', { class: 'bio-properties-panel-entry panel-note', 'data-entry-id': id },
    lines.filter(Boolean).map((line) => h('p', {}, line)),
    rows.length > 0 && h('details', { open: rows.length <= FEW_ROWS }, h('summary', {}, summary), h('dl', {}, rows.map(row))),
    act && h('button', { type: 'button', class: `panel-act${looks ? '' : ' is-change'}`, onClick: () => act(settings) }, actLabel));
}

export function note(id, more) {
  return { id: `fieldflow-${id}`, component: Note, ...more };
}
