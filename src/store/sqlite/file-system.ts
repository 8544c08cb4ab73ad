import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * File systems that another machine or another system gives: their locks and shared memory are not what SQLite needs
 * (sqlite.org/wal.html: "All processes using a database must be on the same host computer; WAL does not work over a network
 * filesystem"). `fuseblk` is a local disk.
 */
const ELSEWHERE =
  /^(?:9p|v9fs|drvfs|wslfs|nfs\d?|cifs|smb\w*|ncpfs|afs|ceph|glusterfs|lustre|virtiofs|vboxsf|vmhgfs|prl_fs|fuse(?:\..+)?)$/;

/** The kind of the file system that a path is on, as the system calls it; null when it does not tell. */
export function fileSystemOf(path: string, mounts: string | null = readMounts()): string | null {
  const whole = resolve(path);
  const found = (mounts ?? '')
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, place = '', kind = '']) => ({ place: unescape(place), kind }))
    .filter(({ place }) => place !== '' && isUnder(whole, place))
    .toSorted((one, other) => other.place.length - one.place.length);
  return found[0]?.kind ?? null;
}

/** One sentence when the path is on a file system that a database must not be on; null otherwise. */
export function describeUnfitFileSystem(path: string, mounts?: string | null): string | null {
  const kind = fileSystemOf(path, mounts);
  if (kind === null || !ELSEWHERE.test(kind)) return null;
  return `The database ${path} is on a file system of the kind ${kind}, on which SQLite's locks and shared memory do not work: put it on a local disk of this machine, and set DATABASE_URL.`;
}

function isUnder(path: string, place: string): boolean {
  return place === '/' || path === place || path.startsWith(`${place}/`);
}

/** Blanks and the like are written as octal numbers. */
function unescape(place: string): string {
  return place.replaceAll(/\\(\d{3})/g, (_all, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}

function readMounts(): string | null {
  try {
    return readFileSync('/proc/self/mounts', 'utf8');
  } catch {
    return null;
  }
}
