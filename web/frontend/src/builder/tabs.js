// Below the width of three panes they are tabs.
export function initTabs(root) {
  const tabs = [...root.querySelectorAll('[role="tab"]')];
  const open = (name) => {
    for (const tab of tabs) {
      const chosen = tab.id === `tab-${name}`;
      tab.setAttribute('aria-selected', chosen);
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')).toggleAttribute('data-shown', chosen);
    }
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => open(tab.id.slice(4)));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs.at((index + step) % tabs.length);
      open(next.id.slice(4));
      next.focus();
    });
  }
  return { open };
}
