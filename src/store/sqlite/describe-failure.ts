import { DiskFullError } from '../../ports/operator-error.ts';
import { StoreError } from '../rows/store-error.ts';
import { pathIn } from './address.ts';
import { describeUnfitFileSystem } from './file-system.ts';
import { isFull } from './sqlite-dialect.ts';

/** One sentence for a disk without room for the database. */
export function noRoom(path: string): string {
  return `The disk with the database ${path} is full: free some space; what is running then goes on by itself.`;
}

/** What goes wrong on a file system whose locks or shared memory do not work. */
const OF_FILE_SYSTEMS: ReadonlySet<string> = new Set([
  'SQLITE_IOERR',
  'SQLITE_BUSY',
  'SQLITE_PROTOCOL',
  'SQLITE_CANTOPEN',
  'SQLITE_CORRUPT',
  'EIO',
]);

/**
 * One sentence for a database that cannot be used: what is wrong and what to do.
 *
 * @param mounts what is mounted where, as Linux lists it; read from the system unless given
 */
export function cannotUse(url: string, error: unknown, mounts?: string | null): string {
  if (error instanceof DiskFullError || error instanceof StoreError) return error.message;
  const path = pathIn(url);
  if (isFull(error)) return noRoom(path);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const kind = code.replace(/^(SQLITE_(?:READONLY|CANTOPEN|IOERR|BUSY|CORRUPT))_.*$/, '$1');
  const why = error instanceof Error ? error.message : String(error);
  const unfit = OF_FILE_SYSTEMS.has(kind) ? describeUnfitFileSystem(path, mounts) : null;
  if (unfit !== null) return `${unfit} (${why})`;
  switch (kind) {
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return `${path} is not a database this bot can read (${why}): restore a backup, or point DATABASE_URL at another file.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `The database ${path} cannot be made (${why}): part of its path is a file, so change DATABASE_URL.`;
    case 'EACCES':
    case 'EROFS':
    case 'EPERM':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return `The database ${path} cannot be written (${why}): give the user the bot runs as permission for the file and its folder, or change DATABASE_URL.`;
    case 'SQLITE_IOERR':
      return `The disk with the database ${path} fails (${why}): check the disk, its quota and the system's log, then start again.`;
    case 'SQLITE_BUSY':
      return `The database ${path} is locked by another program: stop it, then start again.`;
    default:
      return `The database ${path} cannot be opened (${why}).`;
  }
}
