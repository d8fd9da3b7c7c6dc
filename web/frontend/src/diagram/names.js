// English names: a model's names are Chinese, with the English ones in the property name_en.
const CHILDREN = ['rootElements', 'flowElements', 'participants', 'laneSets', 'lanes', 'artifacts'];

export function englishName(businessObject) {
  for (const block of businessObject.extensionElements?.values ?? []) {
    const found = block.properties?.find?.((property) => property.name === 'name_en');
    if (found?.value) return found.value;
  }
  return '';
}

const LETTER = 6.5;

// A label beside its element is as wide as its Chinese words; an English word that is wider would break within. Its
// middle stays.
function widen({ bpmnElement, label }, renamed) {
  if (!label?.bounds || !renamed.has(bpmnElement)) return;
  const longest = Math.max(...bpmnElement.name.split(/\s+/).map(({ length }) => length));
  const lacking = Math.ceil(longest * LETTER + 2 - label.bounds.width);
  if (lacking <= 0) return;
  label.bounds.width += lacking;
  label.bounds.x -= lacking / 2;
}

export function showEnglishNames(definitions) {
  const renamed = new Set();
  const walk = (node) => {
    // A participant stands for its process, which has the name.
    const name = englishName(node) || (node.processRef ? englishName(node.processRef) : '');
    if (name && 'name' in node) {
      node.name = name;
      renamed.add(node);
    }
    for (const key of CHILDREN) node[key]?.forEach?.(walk);
    if (node.childLaneSet) walk(node.childLaneSet);
  };
  walk(definitions);
  for (const { plane } of definitions.diagrams ?? []) for (const each of plane.planeElement ?? []) widen(each, renamed);
}
