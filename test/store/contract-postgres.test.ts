import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe } from 'vitest';

import { createStore } from '../../src/store/create-store.ts';
import { storeContract } from '../contract/store/store.contract.ts';
import { beginWithBaseline, emptyTables, pgliteDatabase, startPglite, STARTS_WITHIN_MS } from '../support/pglite.ts';

let pglite: PGlite;
beforeAll(async () => {
  pglite = await startPglite();
  await beginWithBaseline(pglite);
}, STARTS_WITHIN_MS);
afterAll(async () => pglite.close());

describe('the store on PostgreSQL', () => {
  storeContract(async (clock) => {
    await emptyTables(pglite);
    return createStore(pgliteDatabase(pglite), { clock });
  });
});
