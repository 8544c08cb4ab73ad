import { createRequire } from 'node:module';

import type BetterSqlite3 from 'better-sqlite3';

import { StoreError } from '../rows/store-error.ts';

const require = createRequire(import.meta.url);

/** From this release on, a 12.x build compiled on the spot makes Node 24 abort when a statement is collected. */
const FIRST_UNSAFE_NODE_24 = 19;

let driver: typeof BetterSqlite3 | null = null;

/**
 * Opens a database file with the driver's own options. The one place that knows there are two builds of the driver
 * (docs/decisions/0001-sqlite-driver.md): 13.x where Node speaks Node-API 10, 12.x elsewhere.
 *
 * @throws StoreError when no driver runs under this Node; the driver's own errors when the file cannot be opened
 */
export function openSqlite(path: string, options?: BetterSqlite3.Options): BetterSqlite3.Database {
  driver ??= findDriver();
  return new driver(path, options);
}

function findDriver(): typeof BetterSqlite3 {
  // Loading 13.x on an older Node crashes instead of throwing.
  const speaksNodeApi10 = Number(process.versions['napi'] ?? '0') >= 10;
  const found =
    (speaksNodeApi10 ? load('better-sqlite3-napi') : null) ?? (isUnsafeNode24() ? null : load('better-sqlite3'));
  if (found !== null) return found;
  throw new StoreError(
    `The SQLite driver installed here does not run under Node ${process.versions.node}: run npm ci && npm run build with this Node, or use the Node it was installed with.`,
  );
}

/** Null when it is not installed or was built for another Node, which only opening a database shows. */
function load(name: string): typeof BetterSqlite3 | null {
  try {
    const loaded = require(name) as typeof BetterSqlite3;
    new loaded(':memory:').close();
    return loaded;
  } catch {
    return null;
  }
}

function isUnsafeNode24(): boolean {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major === 24 && (minor ?? 0) >= FIRST_UNSAFE_NODE_24;
}
