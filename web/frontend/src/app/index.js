// What every page has: dialogs opened by buttons, confirmations that can be undone, keys on lists. No inline handlers.
import { watchConnection } from './connection.js';
import { openDialogs } from './dialogs.js';
import { listKeys } from './keys.js';
import { loadLater } from './later.js';
import { focusMistake } from './mistakes.js';
import { watchPending } from './pending.js';
import { foldRail } from './rail.js';
import { showCurrentTab } from './tabs.js';
import { watchUnread } from './unread.js';
import { register } from '../offline/install.js';
import { watchSignOut } from '../offline/signout.js';
import { startSync } from '../offline/sync.js';

openDialogs(document);
listKeys(document);
watchConnection(document);
watchPending(document);
foldRail(document);
loadLater(document);
focusMistake(document);
showCurrentTab(document);
watchUnread(document);
watchSignOut();
startSync();
register();
