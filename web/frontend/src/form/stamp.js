// The watermark of a photo: when, where and for which visit, drawn into the picture itself.

const MARGIN = 0.02;
const LINE = 0.035;

export const momentOf = (date) => new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short' }).format(date);

export function stamp(canvas, lines) {
  const size = Math.max(14, Math.round(Math.min(canvas.width, canvas.height) * LINE));
  const margin = Math.round(canvas.width * MARGIN);
  const height = lines.length * size * 1.4 + margin;
  const context = canvas.getContext('2d');
  context.fillStyle = 'rgb(0 0 0 / 55%)';
  context.fillRect(0, canvas.height - height, canvas.width, height);
  Object.assign(context, { fillStyle: '#fff', font: `${size}px system-ui, sans-serif`, textBaseline: 'top' });
  lines.forEach((line, number) => {
    context.fillText(line, margin, canvas.height - height + margin / 2 + number * size * 1.4, canvas.width - 2 * margin);
  });
}
