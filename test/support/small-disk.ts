import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

/** A file system of two megabytes. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves room for so many bytes. */
  fill(leaving?: number): void;
  /** Makes room again. */
  clear(): void;
}

/** Mounts one for the present test; null where that is not allowed. */
export function mountSmallDisk(): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'drs-bot-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', path]);
    rmSync(path, { recursive: true });
  });
  const filler = join(path, 'filler');
  return {
    path,
    fill(leaving = 0) {
      const { bavail, bsize } = statfsSync(path);
      appendFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leaving)));
    },
    clear: () => rmSync(filler, { force: true }),
  };
}
