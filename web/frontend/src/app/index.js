// What every page has: dialogs opened by buttons, confirmations that can be undone, keys on lists. No inline handlers.
import { openDialogs } from './dialogs.js';
import { listKeys } from './keys.js';
import { watchPending } from './pending.js';
import { register } from '../offline/install.js';
import { watchSignOut } from '../offline/signout.js';
import { startSync } from '../offline/sync.js';

openDialogs(document);
listKeys(document);
watchPending(document);
watchSignOut();
startSync();
register();
