import { shortId } from '../job/job-id.ts';
import type { ListedJob } from './listed-job.ts';
import { nameKey } from './name-key.ts';

/**
 * What tells jobs from others among them that people call the same: their engines where these differ, and the beginning of
 * the id. Nothing for a job whose name is its own.
 */
export function tellApart<J extends Pick<ListedJob, 'jobId' | 'name' | 'engines'>>(
  jobs: readonly J[],
): ReadonlyMap<J['jobId'], readonly string[]> {
  const groups = new Map<string, J[]>();
  for (const job of jobs) {
    const key = job.name === null ? '' : nameKey(job.name);
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  // A job without a name is called by its id as it is.
  const namesakes = [...groups].flatMap(([key, group]) => (key === '' || group.length === 1 ? [] : [group]));
  return new Map(
    namesakes.flatMap((group) => {
      const haveOtherEngines = new Set(group.map(({ engines }) => engines)).size > 1;
      return group.map(
        (job) =>
          [
            job.jobId,
            [...(haveOtherEngines && job.engines !== null ? [enginesText(job.engines)] : []), shortId(job.jobId)],
          ] as const,
      );
    }),
  );
}

/** `mysql-to-taurus`, as DRS calls a pair of engines, as people write it. */
function enginesText(engines: string): string {
  return engines.replace('-to-', ' → ');
}
