import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { StoreError } from '../rows/store-error.ts';

/** A folder that is made for the database is nobody else's business. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Makes the file of the database and its folder, if they are not there, for nobody but this user.
 *
 * @throws StoreError when a folder stands where the file should be
 */
export function makeFile(path: string): void {
  // A folder would lose its own mode to that of a file.
  const folder = describeFolder(path);
  if (folder !== null) throw new StoreError(folder);
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  keepPrivate(path);
}

/** One sentence for a folder where the file of the database should be; null when there is none. */
export function describeFolder(path: string): string | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  return `DATABASE_URL names a folder, ${path}: add the name of the file, as in sqlite:${join(path, 'drs-bot.db')}.`;
}

/**
 * Lets nobody but this user read the file and what SQLite keeps beside it, whatever folder they are in. Where that cannot be
 * done, SQLite says whether the file can be used at all, and `npm run check` that others can read it.
 */
function keepPrivate(path: string): void {
  const make = () => closeSync(openSync(path, 'a', PRIVATE_FILE));
  for (const step of [make, ...['', '-wal', '-shm'].map((end) => () => chmodSync(`${path}${end}`, PRIVATE_FILE))]) {
    try {
      step();
    } catch {
      // The file belongs to somebody else, is not there yet, or its folder cannot be written.
    }
  }
}
