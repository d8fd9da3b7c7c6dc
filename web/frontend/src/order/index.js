// Stops are dragged by their grip. Letting go asks the server what the new order means; the buttons do the same without
// a script, and for the keyboard.
const EDGE = 60;
const STEP = 12;

export function dragLines(list) {
  list.classList.add('can-drag');
  for (const grip of list.querySelectorAll('[data-grip]')) {
    grip.addEventListener('pointerdown', (event) => {
      if (event.isPrimary && event.button === 0) begin(list, grip.closest('[data-visit]'), event);
    });
  }
}

function begin(list, line, down) {
  down.preventDefault(); // no text is selected
  const before = orderOf(list);
  const listening = new AbortController();
  const { signal } = listening;
  let startY = down.pageY;
  line.classList.add('is-dragged');
  // The neighbours move, never the line itself: a browser forgets whose pointer it is when that leaves the page.
  const move = (event) => {
    if (event.clientY < EDGE) scrollBy(0, -STEP);
    if (event.clientY > innerHeight - EDGE) scrollBy(0, STEP);
    for (;;) {
      const way = event.pageY - startY;
      const other = way > 0 ? line.nextElementSibling : line.previousElementSibling;
      if (!other || 'fixed' in other.dataset || Math.abs(way) <= other.offsetHeight / 2) break;
      startY += Math.sign(way) * other.offsetHeight;
      if (way > 0) line.before(other);
      else line.after(other);
    }
    line.style.transform = `translateY(${event.pageY - startY}px)`;
  };
  const end = () => {
    listening.abort();
    line.classList.remove('is-dragged');
    line.style.transform = '';
  };
  addEventListener('pointermove', move, { signal });
  addEventListener('pointerup', () => {
    end();
    if (orderOf(list) !== before) show(list);
  }, { signal });
  const back = () => {
    end();
    for (const visit of before.split(',')) list.append(list.querySelector(`[data-visit="${visit}"]`));
  };
  addEventListener('pointercancel', back, { signal });
  addEventListener('keydown', (event) => event.key === 'Escape' && back(), { signal });
}

function orderOf(list) {
  return [...list.children].map((line) => line.dataset.visit).join(',');
}

function show(list) {
  const form = list.closest('form');
  form.elements.order.value = orderOf(list);
  form.submit();
}
