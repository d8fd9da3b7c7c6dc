// The panel's inputs. They are components of this module, never made inside getGroups(): a component made anew at each
// change would be mounted anew, and lose what is being typed.
import { h } from '@bpmn-io/properties-panel/preact';
import {
  SelectEntry, TextAreaEntry, TextFieldEntry,
  isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

const LOOKS = {
  text: [TextFieldEntry, isTextFieldEntryEdited],
  area: [TextAreaEntry, isTextAreaEntryEdited],
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
    monospace: look === 'area',
    getValue: () => read(element),
    setValue: (value) => write(settings, element, value ?? ''),
    getOptions: options ? () => withCurrent(options, read(element)) : undefined,
  });
}

// A value that the list does not know is shown, not lost.
function withCurrent(options, current) {
  const known = !current || options.some((option) => option.value === current);
  return known ? options : [...options, { value: current, label: current }];
}

export function entry(id, look, label, read, write, more = {}) {
  return { id: `fieldflow-${id}`, component: Entry, look, label, read, write, isEdited: LOOKS[look][1], ...more };
}
