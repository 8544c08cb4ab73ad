import { statfs } from 'node:fs/promises';

/** Room on the disk with `path` for a user without privileges, in bytes; null when the system does not tell. */
export async function freeBytesAt(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
