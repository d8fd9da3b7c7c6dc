// A diagram to look at, with the names in the reader's language.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { spiffworkflow } from './moddle.js';
import { showEnglishNames } from './names.js';

export async function openViewer(box, xml) {
  const viewer = new NavigatedViewer({ container: box, moddleExtensions: { spiffworkflow } });
  if (document.documentElement.lang.startsWith('en')) {
    viewer.on('import.parse.complete', ({ definitions }) => definitions && showEnglishNames(definitions));
  }
  await viewer.importXML(xml);
  return viewer;
}
