// The words of the editors' libraries in the reader's language; what is missing stays English.
export function translateModule(locale, words) {
  // The panel's header writes "User Task", the menus "User task".
  const byWords = Object.fromEntries(Object.entries(words).map(([key, text]) => [key.toLowerCase(), text]));
  const translate = (template, replacements = {}) => {
    const text = (locale === 'zh' && byWords[template.trim().toLowerCase()]) || template;
    return text.replace(/{([^}]+)}/g, (_whole, name) => replacements[name.trim()] ?? `{${name}}`);
  };
  return { translate: ['value', translate] };
}
