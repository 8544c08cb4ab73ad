import { createRequire } from 'node:module';

import type BetterSqlite3 from 'better-sqlite3';

import { StoreError } from './store-error.ts';

const require = createRequire(import.meta.url);

/** From this release on, a 12.x build compiled on the spot makes Node 24 abort when a statement is collected. */
const FIRST_UNSAFE_NODE_24 = 19;

/**
 * The one place that knows there are two builds of the driver (docs/decisions/0001-sqlite-driver.md): 13.x where Node
 * speaks Node-API 10, 12.x elsewhere.
 */
export const SqliteDatabase: typeof BetterSqlite3 = load();

function load(): typeof BetterSqlite3 {
  if (Number(process.versions['napi'] ?? '0') >= 10) {
    try {
      // A prebuilt binary; loading it on an older Node crashes instead of throwing, hence the guard.
      return require('better-sqlite3-napi') as typeof BetterSqlite3;
    } catch {
      refuseUnsafeFallback();
    }
  }
  return require('better-sqlite3') as typeof BetterSqlite3;
}

function refuseUnsafeFallback(): void {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major === 24 && (minor ?? 0) >= FIRST_UNSAFE_NODE_24) {
    throw new StoreError(
      `The SQLite driver for Node ${process.versions.node} is not installed: run npm ci again without --omit=optional, or use Node 22 or 26.`,
    );
  }
}
