// The menu of types leaves out what the publishing gate always refuses.
const REFUSED = /ad-hoc/;
const AFTER_BPMN = 500;

class KnownTypes {
  constructor(popupMenu) {
    popupMenu.registerProvider('bpmn-replace', AFTER_BPMN, this);
  }

  getPopupMenuEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([id]) => !REFUSED.test(id)));
  }
}
KnownTypes.$inject = ['popupMenu'];

export const typesModule = { __init__: ['knownTypes'], knownTypes: ['type', KnownTypes] };
