import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe } from 'vitest';

import { openStore } from '../../src/store/open-store.ts';
import { storeContract } from '../contract/store/store.contract.ts';

describe('the SQLite store in memory', () => {
  storeContract((clock) => openStore('sqlite::memory:', { clock }));
});

describe('the SQLite store on a file', () => {
  storeContract(async (clock) => {
    const folder = await mkdtemp(join(tmpdir(), 'drs-bot-store-'));
    return openStore(`sqlite:${join(folder, 'data', 'bot.db')}`, { clock });
  });
});
