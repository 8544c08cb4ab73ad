import { shortId } from '../job/job-id.ts';
import { jobName } from '../job/job-name.ts';
import type { ListedJob } from './listed-job.ts';
import { nameKey } from './name-key.ts';

/**
 * What tells jobs from others among them that people call the same: their engines where these differ, and the beginning of
 * the id. Nothing for a job whose name is its own.
 */
export function tellApart<J extends Pick<ListedJob, 'jobId' | 'name' | 'engines'>>(
  jobs: readonly J[],
): ReadonlyMap<J['jobId'], readonly string[]> {
  return new Map(
    namesakesAmong(jobs).flatMap((group) => {
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

/**
 * What to call each of some jobs where there is room for little more than names: two of one name with what tells one from the
 * others, its engines where no other of the name has these, else the beginning of its id.
 */
export function distinctNames<
  J extends Pick<ListedJob, 'jobId' | 'name'> & { readonly engines?: string | null | undefined },
>(jobs: readonly J[]): (job: J) => string {
  const names = new Map<string, string>();
  for (const group of namesakesAmong([...new Map(jobs.map((job) => [job.jobId, job])).values()])) {
    for (const job of group) {
      const engines = job.engines ?? null;
      const isOwn = engines !== null && group.every((other) => other === job || (other.engines ?? null) !== engines);
      names.set(job.jobId, `${jobName(job)} (${isOwn ? enginesText(engines) : shortId(job.jobId)})`);
    }
  }
  return (job) => names.get(job.jobId) ?? jobName(job);
}

/** Jobs that people call the same, together. */
function namesakesAmong<J extends Pick<ListedJob, 'name'>>(jobs: readonly J[]): readonly (readonly J[])[] {
  const groups = new Map<string, J[]>();
  for (const job of jobs) {
    const key = job.name === null ? '' : nameKey(job.name);
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  // A job without a name is called by its id as it is.
  return [...groups].flatMap(([key, group]) => (key === '' || group.length === 1 ? [] : [group]));
}

/** `mysql-to-taurus`, as DRS calls a pair of engines, as people write it. */
function enginesText(engines: string): string {
  return engines.replace('-to-', ' → ');
}
