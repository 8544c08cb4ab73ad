import type { DrsSimulator } from './drs-simulator/simulator.ts';
import type { SimulatedJob } from './drs-simulator/jobs.ts';

/** What somebody at the prompt can do to the jobs in the simulated cloud. Each says what it did, or what was wrong. */
export interface JobChanges {
  /** Lets a job enter a status; null when it did. */
  changeJob(name: string, status: string, error: string | null): string | null;
  renameJob(name: string, to: string): string;
  /** Deletes a job and makes another one of the same name. */
  recreateJob(name: string): string;
  deleteJob(name: string): string;
  /** Lets DRS refuse whatever a job is in, with this HTTP status; null: no longer. */
  makeOdd(name: string, status: number | null): string;
  /** Lets DRS answer so many progress requests a minute; null: all of them. */
  setQuota(aMinute: number | null): string;
}

export function createJobChanges(drs: DrsSimulator): JobChanges {
  const withJob = (name: string, change: (job: SimulatedJob) => string) => {
    const job = drs.findJob(name);
    return job === undefined ? `DRS has no job called ${name}.` : change(job);
  };
  return {
    changeJob(name, status, error) {
      if (name === 'all') return changeAnswers(drs, status);
      const job = drs.findJob(name);
      if (job !== undefined && status === 'restore') {
        job.restore();
        return `DRS knows ${job.name} again. The bot asks about a job that is gone once an hour, or when somebody asks.`;
      }
      if (job === undefined || status === '') return `Say which job and which status, such as: drs orders PAUSING`;
      job.becomes(status);
      if (error !== null) job.explains({ error_message: error });
      return null;
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
