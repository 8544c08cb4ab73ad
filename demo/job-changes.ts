import type { DrsSimulator } from './drs-simulator/simulator.ts';
import type { SimulatedJob } from './drs-simulator/jobs.ts';

/** What somebody at the prompt can do to the jobs in the simulated cloud. Each says what it did, or what was wrong. */
export interface JobChanges {
  /** Lets a job enter a status. */
  changeJob(name: string, status: string, error: string | null): string;
  renameJob(name: string, to: string): string;
  /** Deletes a job and makes another one of the same name. */
  recreateJob(name: string): string;
  deleteJob(name: string): string;
  /** Lets DRS refuse whatever a job is in, with this HTTP status; null: no longer. */
  makeOdd(name: string, status: number | null): string;
  /** Lets DRS answer so many progress requests a minute; null: all of them. */
  setQuota(aMinute: number | null): string;
}

const SAY_STATUS = 'Say which job and which status, such as: drs orders PAUSING';

export function createJobChanges(drs: DrsSimulator): JobChanges {
  const noSuchJob = (name: string) => {
    const names = [...drs.jobs.values()].flatMap((job) => (job.deleted || job.parentId !== null ? [] : [job.name]));
    return `DRS has no job called ${name}. There are ${names.join(', ')}.`;
  };
  const withJob = (name: string, change: (job: SimulatedJob) => string) => {
    const job = drs.findJob(name);
    return job === undefined ? noSuchJob(name) : change(job);
  };
  return {
    changeJob(name, status, error) {
      if (name === 'all') return changeAnswers(drs, status);
      const job = drs.findJob(name);
      if (job !== undefined && status === 'restore') {
        job.restore();
        return `DRS knows ${job.name} again. The bot asks about a job that is gone once an hour, or when somebody asks.`;
      }
      if (name === '' || (status === '' && job !== undefined)) return SAY_STATUS;
      if (job === undefined) return noSuchJob(name);
      const parts = [...drs.jobs.values()].filter((one) => one.parentId === job.id);
      const [part] = parts;
      if (job.silent && part !== undefined)
        return `DRS gives no progress of ${name} itself, only of its ${parts.length} sub-jobs. Change one of them, such as: drs ${part.name} ${status}`;
      job.becomes(status);
      if (error !== null) job.explains({ error_message: error });
      return `${job.name} is in ${status} now. Channels that watch it are told if it matters.`;
    },
    renameJob: (name, to) =>
      to === ''
        ? 'Say which job and its new name, such as: rename orders orders-v2'
        : withJob(name, (job) => `${name} is called ${job.rename(to).name} in DRS now. The bot notices within 10 s.`),
    recreateJob: (name) =>
      withJob(name, (job) => `${name} was deleted and made anew, with the id ${drs.recreateJob(job).id}.`),
    deleteJob: (name) => withJob(name, (job) => `${job.delete().name} is no longer in DRS.`),
    makeOdd: (name, status) =>
      withJob(name, (job) => {
        job.poison(status === null ? null : { status, code: 'DRS.M00101' });
        return status === null
          ? `DRS answers about ${name} again.`
          : `DRS refuses whatever ${name} is in, with HTTP ${status}.`;
      }),
    setQuota(aMinute) {
      drs.quota.set(aMinute === null ? null : { limit: aMinute, unit: 'minute' });
      return aMinute === null ? 'DRS answers everything again.' : `DRS answers ${aMinute} progress requests a minute.`;
    },
  };
}

/** Lets DRS refuse every question about progress, or answer again. */
function changeAnswers(drs: DrsSimulator, how: string): string {
  if (how !== 'refuse' && how !== 'answer') return 'Say: drs all refuse, or drs all answer.';
  drs.setHabits({ refusesAll: how === 'refuse' ? 'DRS.M00289' : null });
  return how === 'refuse' ? 'DRS refuses every question about progress.' : 'DRS answers again.';
}
