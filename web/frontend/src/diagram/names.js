// English names: a model's names are Chinese, with the English ones in the property name_en.
const CHILDREN = ['rootElements', 'flowElements', 'participants', 'laneSets', 'lanes', 'artifacts'];

export function englishName(businessObject) {
  for (const block of businessObject.extensionElements?.values ?? []) {
    const found = block.properties?.find?.((property) => property.name === 'name_en');
    if (found?.value) return found.value;
  }
  return '';
}

export function showEnglishNames(definitions) {
  const walk = (node) => {
    // A participant stands for its process, which has the name.
    const name = englishName(node) || (node.processRef ? englishName(node.processRef) : '');
    if (name && 'name' in node) node.name = name;
    for (const key of CHILDREN) node[key]?.forEach?.(walk);
    if (node.childLaneSet) walk(node.childLaneSet);
  };
  walk(definitions);
}
