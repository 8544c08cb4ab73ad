/** `node traced.ts DATABASE MARKS`: a life of a channel whose writes and syncs somebody records. */
import { openSync } from 'node:fs';

import { liveOnce } from './channel-life.ts';

const [databasePath = '', marksPath = ''] = process.argv.slice(2);
await liveOnce(`sqlite:${databasePath}`, openSync(marksPath, 'a'));
