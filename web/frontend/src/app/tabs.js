// Tabs that do not fit a phone scroll sideways: the one that is open comes into view.
export function showCurrentTab(root) {
  for (const tab of root.querySelectorAll('.tabs [aria-current]')) {
    const { parentElement: tabs } = tab;
    tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  }
}
