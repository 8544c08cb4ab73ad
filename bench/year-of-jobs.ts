import { simulatedJobId } from '../demo/drs-simulator/jobs.ts';
import { NO_TERMS } from '../src/domain/job/job-terms.ts';
import type { JobDetail } from '../src/domain/job/job-detail.ts';
import type { JobId } from '../src/domain/job/job-id.ts';
import type { ProgressReport } from '../src/domain/job/progress-report.ts';
import { DAY, HOUR, SECOND } from '../src/domain/base/time.ts';
import type { DrsClient } from '../src/ports/drs.ts';

const CHANNELS = 20;
/** No status lasts for less, so that no tick misses one. */
const MIN_PHASE_MS = 5 * HOUR;
/** What has become of a job is forgotten this long after its end: nobody asks any more. */
const FORGET_MS = 2 * DAY;

/** A job's life: what its status is from when on. */
interface Life {
  readonly jobId: JobId;
  readonly name: string;
  readonly beganAt: number;
  readonly endsAt: number;
  readonly steps: readonly { readonly at: number; readonly status: string }[];
  readonly channels: readonly string[];
}

/** So many jobs at any time, with a DRS that knows them. */
export interface Crowd {
  readonly drs: DrsClient;
  /** Jobs that began since the last call, to be watched. */
  arrivals(): readonly Pick<Life, 'jobId' | 'channels'>[];
  /** A job that nobody watches. */
  stranger(): JobId;
}

interface CrowdOptions {
  readonly random: () => number;
  readonly now: () => number;
  readonly size: number;
}

export function createCrowd({ random, now, size }: CrowdOptions): Crowd {
  const lives = new Map<JobId, Life>();
  let born = 0;
  const begin = (): Life => {
    const jobId = simulatedJobId(++born);
    const life = aLife(jobId, born, now(), random);
    lives.set(jobId, life);
    return life;
  };
  const bury = () => {
    for (const [jobId, life] of lives) if (life.endsAt + FORGET_MS < now()) lives.delete(jobId);
  };
  return {
    drs: createDrs(lives, now, random),
    arrivals() {
      bury();
      const running = [...lives.values()].filter((life) => life.channels.length > 0 && life.endsAt > now()).length;
      return Array.from({ length: size - running }, begin);
    },
    stranger() {
      const jobId = simulatedJobId(++born);
      lives.set(jobId, { ...aLife(jobId, born, now(), random), channels: [] });
      return jobId;
    },
  };
}

/** A copy of hours to days, then replication for weeks with a failure or a pause now and then, then the end. */
function aLife(jobId: JobId, number: number, beganAt: number, random: () => number): Life {
  const between = (least: number, most: number) => least + random() * (most - least);
  const steps: { at: number; status: string }[] = [{ at: beganAt, status: 'FULL_TRANSFER_STARTED' }];
  let at = beganAt + between(MIN_PHASE_MS, 3 * DAY);
  steps.push({ at, status: 'FULL_TRANSFER_COMPLETE' });
  at += MIN_PHASE_MS;
  steps.push({ at, status: 'INCRE_TRANSFER_STARTED' });
  const endsAt = at + between(5 * DAY, 60 * DAY);
  for (;;) {
    at += between(2 * DAY, 24 * DAY);
    const backAt = at + between(MIN_PHASE_MS, DAY);
    if (backAt >= endsAt) break;
    steps.push({ at, status: random() < 0.7 ? 'INCRE_TRANSFER_FAILED' : 'PAUSING' });
    steps.push({ at: backAt, status: 'INCRE_TRANSFER_STARTED' });
    at = backAt;
  }
  steps.push({ at: endsAt, status: 'RELEASE_RESOURCE_COMPLETE' });
  const watchers = 1 + Math.floor(random() * 2.5);
  const first = Math.floor(random() * CHANNELS);
  const channels = Array.from({ length: watchers }, (_, index) => `C${(first + index * 7) % CHANNELS}`);
  return { jobId, name: `orders-${number}`, beganAt, endsAt, steps, channels: [...new Set(channels)] };
}

function createDrs(lives: ReadonlyMap<JobId, Life>, now: () => number, random: () => number): DrsClient {
  return {
    fetchProgress: (jobIds) =>
      Promise.resolve(
        new Map(
          jobIds.map((jobId) => {
            const life = lives.get(jobId);
            return [
              jobId,
              life === undefined
                ? { kind: 'item_error', code: 'DRS.M05004', message: null }
                : { kind: 'report', report: reportOf(life, now(), random) },
            ];
          }),
        ),
      ),
    allowance: () => ({ waitMs: 0, quota: null }),
    listJobs: () => Promise.resolve({ parts: [], failure: null }),
    fetchDetails: (jobIds) =>
      Promise.resolve({
        found: new Map(jobIds.flatMap((jobId) => detailOf(lives.get(jobId)))),
        failure: null,
      }),
    fetchRecoveryFigures: () => Promise.resolve({ found: new Map(), failure: null }),
    fetchComparisons: () => Promise.resolve({ kind: 'read', value: [] }),
    fetchTimeline: () => Promise.resolve({ kind: 'read', value: [] }),
    fetchTerms: () => Promise.resolve({ kind: 'read', value: NO_TERMS }),
    fetchRaw: () => Promise.resolve({ kind: 'read', value: [] }),
    fetchLog: () => Promise.resolve({ kind: 'read', value: [] }),
  };
}

function reportOf(life: Life, at: number, random: () => number): ProgressReport {
  const step = life.steps.findLast((one) => one.at <= at) ?? { at: life.beganAt, status: 'FULL_TRANSFER_STARTED' };
  const copied = Math.min(100, Math.floor((100 * (at - life.beganAt)) / (2 * DAY)));
  const isReplicating = step.status === 'INCRE_TRANSFER_STARTED';
  return {
    jobId: life.jobId,
    status: step.status,
    taskMode: 'FULL_INCR_TRANS',
    percent: copied,
    parts: ['struct', 'data', 'index'].map((name) => ({ name, percent: copied, remainingTime: '0' })),
    lagMs: isReplicating ? Math.floor(random() ** 4 * 600 * SECOND) : null,
    processTime: '0',
    remainingTime: '0',
    clockSkewMs: null,
    subJob: null,
    failedSubJobs: null,
    errorCode: null,
    unknownFields: {},
  };
}

function detailOf(life: Life | undefined): readonly (readonly [JobId, JobDetail])[] {
  if (life === undefined) return [];
  const cause = {
    code: 'DRS.M05023',
    text: `Duplicate entry '•••' for key 'PRIMARY' in shop.${life.name} on •••; the statement was ${'•'.repeat(40)}`,
  };
  const { jobId, name, beganAt } = life;
  const rest = {
    status: null,
    jobType: 'migration',
    parentId: null,
    startedAt: beganAt,
    fullCopyDoneAt: null,
    prepaid: null,
  };
  return [[jobId, { jobId, name, ...rest, cause }]];
}
