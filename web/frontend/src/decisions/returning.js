// Who leaves the editor of a column by Escape is back at the button that opened it; dmn-js goes to whatever was chosen last.
class Returning {
  constructor(eventBus) {
    let opener = null;
    eventBus.on(['input.edit', 'output.edit'], ({ event }) => { opener = event.target.closest('button'); });
    eventBus.on('contextMenu.close', 2000, () => {
      const button = opener;
      opener = null;
      // Who went on by Tab or the mouse stays there.
      if (button && document.activeElement?.closest('.context-menu')) setTimeout(() => button.focus());
    });
  }
}
Returning.$inject = ['eventBus'];

export const returningModule = { __init__: ['returning'], returning: ['type', Returning] };
