// An input for FEEL: it offers what may be meant, and says what the publishing gate would say while one types.
import { h } from '@bpmn-io/properties-panel/preact';
import { useEffect, useMemo, useRef, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useDebounce, useStaticCallback } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { candidatesFor, matching } from './completion.js';
import { givenIn, withClosed } from './members.js';
import { processOf } from './properties.js';
import { VARIABLE, variablesOf } from './scope.js';

const CLOSED = { shown: [], more: 0, at: 0 };

// Another element is another input: what was typed for the one must never be written to the other.
export function FeelField(props) {
  return h(Field, { ...props, key: props.element.id });
}

function Field(props) {
  const { element, id, label, description, read, write, kind, type, choices, required, rows = 1 } = props;
  const data = useService('fieldflowData');
  const settings = useService('fieldflowSettings');
  const debounce = useService('debounceInput');
  const { texts } = data;
  const stored = read(element);
  const [value, setValue] = useState(stored);
  const [wasLeft, setWasLeft] = useState(false);
  const [list, setList] = useState(CLOSED);
  const field = useRef();
  const variables = variablesOf(element, data.given);
  const process = processOf(element);
  const given = process ? givenIn(process, data) : new Map();
  const problems = useProblems(value, kind, withClosed(variables, data.closed?.[process?.id]));
  const candidates = useMemo(
    () => candidatesFor({ variables, given, functions: data.functions, choices, texts, types: data.types, wanted: type }),
    [JSON.stringify(variables), JSON.stringify([...given]), choices]);
  // What was written here last comes back as what is stored, when more may have been typed already.
  const written = useRef(stored);
  const commit = useStaticCallback((text) => {
    written.current = text;
    if (text !== read(element)) write(settings, element, text);
  });
  const later = useDebounce(commit, debounce);
  useEffect(() => {
    if (stored !== written.current) setValue(stored);
    written.current = stored;
  }, [stored]);

  const offer = (isAsked = false) => {
    const { selectionStart, selectionEnd, value: text } = field.current;
    const found = selectionStart === selectionEnd ? matching(text.slice(0, selectionStart), candidates, isAsked) : CLOSED;
    setList(found);
  };
  const close = () => setList(CLOSED);
  const take = (chosen) => {
    const area = field.current;
    const follows = area.value.slice(area.selectionStart);
    const end = area.selectionStart + (follows && chosen.text.endsWith(follows[0]) ? 1 : 0);
    area.setRangeText(chosen.text + (chosen.after ?? ''), chosen.start, end, 'end');
    setValue(area.value);
    if (chosen.declares?.length) declare(area.value, chosen.declares);
    else later(area.value);
    close();
  };
  // What the process does not know yet is declared together with its use: one step takes both back.
  const declare = (text, lacking) => {
    later.cancel?.();
    written.current = text;
    settings.together(element, (changes) => {
      write(changes, element, text);
      changes.append(element, lacking.map((each) => ({ name: VARIABLE + each.name, value: each.type })), process);
    });
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const asks = (event.key === ' ' && event.ctrlKey) || (event.key === 'ArrowDown' && event.altKey);
    if (asks) offer(true);
    else if (!moved(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const moved = (key) => {
    const { shown, at } = list;
    if (!shown.length) return false;
    if (key === 'ArrowDown') setList({ ...list, at: (at + 1) % shown.length });
    else if (key === 'ArrowUp') setList({ ...list, at: (Math.max(at, 0) + shown.length - 1) % shown.length });
    else if (key === 'Enter' && at >= 0) take(shown[at]);
    else if (key === 'Escape') close();
    else return false;
    return true;
  };
  const onInput = (event) => {
    setValue(event.target.value);
    later(event.target.value);
    offer();
  };
  const onBlur = ({ target }) => {
    close();
    setWasLeft(true);
    later.cancel?.();
    commit(target.value.trim());
    setValue(target.value.trim());
  };

  // Nobody is told off before they have been there.
  const missing = required && wasLeft && !value.trim() ? [texts.needed] : [];
  const said = [...missing, ...problems];
  const domId = `bio-properties-panel-${id}`;
  const isOpen = list.shown.length > 0;
  return h('div', { class: `bio-properties-panel-entry feel-entry${said.length ? ' has-error' : ''}`, 'data-entry-id': id },
    h('label', { class: 'bio-properties-panel-label', for: domId },
      label, h('span', { class: 'feel-type' }, ` ${[data.types[type], required && texts.required].filter(Boolean).join(' · ')}`)),
    h('textarea', {
      ref: field, id: domId, name: id, class: 'bio-properties-panel-input bio-properties-panel-input-monospace', rows, value,
      spellCheck: 'false', autocomplete: 'off', placeholder: texts.feelPlaceholder,
      'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-controls': isOpen ? `${domId}-list` : undefined,
      'aria-activedescendant': isOpen && list.at >= 0 ? `${domId}-${list.at}` : undefined,
      'aria-describedby': `${domId}-problems ${domId}-help`, 'aria-invalid': said.length ? 'true' : undefined,
      onInput, onKeyDown, onBlur, onClick: close,
    }),
    isOpen && h(Offers, { domId, list, take, texts, field: field.current }),
    h('div', { id: `${domId}-problems`, role: 'status', class: 'feel-problems' }, said.map((text) => h('p', {}, text))),
    h('div', { id: `${domId}-help`, class: 'bio-properties-panel-description' }, description));
}

function useProblems(value, kind, variables) {
  const lint = useService('fieldflowLint');
  const [problems, setProblems] = useState([]);
  useEffect(() => {
    let isCurrent = true;
    const text = value.trim();
    if (text) lint.check(text, kind, variables).then((found) => { if (isCurrent && found) setProblems(found); });
    else setProblems([]);
    return () => { isCurrent = false; };
  }, [value, kind, JSON.stringify(variables)]);
  return problems;
}

// The list lies over the panel, whose edges would cut it off.
function Offers({ domId, list, take, texts, field }) {
  const box = useRef();
  useEffect(() => {
    const { left, bottom, top, width } = field.getBoundingClientRect();
    const { style, offsetHeight } = box.current;
    const isBelow = bottom + offsetHeight < innerHeight || top < offsetHeight;
    Object.assign(style, { left: `${left}px`, top: `${isBelow ? bottom : top - offsetHeight}px`, width: `${width}px` });
  });
  const option = ({ shown, detail }, at) => h('li', {
    id: `${domId}-${at}`, role: 'option', 'aria-selected': String(at === list.at),
    // A click would first take the focus from the text.
    onPointerDown: (event) => { event.preventDefault(); take(list.shown[at]); },
  }, h('span', { class: 'feel-offer' }, shown), h('span', { class: 'feel-type' }, detail));
  return h('div', { ref: box, class: 'feel-offers' },
    h('ul', { id: `${domId}-list`, role: 'listbox', 'aria-label': texts.offers }, list.shown.map(option)),
    list.more > 0 && h('p', { class: 'feel-more' }, texts.offersMore.replace('{n}', list.more)));
}

export const isFeelEdited = (node) => Boolean(node?.value);
