import { isListedAsOver } from './listed-job.ts';
import type { ListedJob } from './listed-job.ts';
import { nameKey } from './name-key.ts';
import { statusGroup } from '../job/job-status.ts';

/** What stands for any letters, or none. */
const ANY = '*';

/** Whether a reference may stand for several jobs, as `orders-*` does. A sign without any letter stands for none. */
export function isPattern(reference: string): boolean {
  const key = nameKey(reference);
  return key.includes(ANY) && /[\p{L}\p{N}]/u.test(key);
}

/**
 * The jobs whose names a pattern fits, capitals and width aside; sub-jobs aside. Failed ones come first, those that are over
 * only where no other fits.
 */
export function findFitting<J extends Pick<ListedJob, 'name' | 'status'> & { readonly isSubJob?: boolean }>(
  pattern: string,
  candidates: readonly J[],
): readonly J[] {
  const pieces = nameKey(pattern).split(ANY);
  const fitting = candidates.filter(
    ({ name, isSubJob }) => name !== null && isSubJob !== true && fits(nameKey(name), pieces),
  );
  const running = fitting.filter((job) => !isListedAsOver(job));
  return (running.length > 0 ? running : fitting).toSorted(
    (one, other) => Number(isFailed(other)) - Number(isFailed(one)),
  );
}

function isFailed({ status }: Pick<ListedJob, 'status'>): boolean {
  return status !== null && statusGroup(status) === 'failed';
}

/** The pieces follow each other in the name: the first one begins it, the last one ends it. */
function fits(key: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  if (!key.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest.slice(0, -1)) {
    const at = key.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  const last = rest.at(-1) ?? '';
  return key.length - last.length >= from && key.endsWith(last);
}
