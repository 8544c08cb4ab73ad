import { createNetwork } from '../src/network/network.ts';
import { NO_TERMS } from '../src/domain/job/job-terms.ts';
import type { JobId } from '../src/domain/job/job-id.ts';
import type { ProgressAnswer } from '../src/domain/job/progress-answer.ts';
import type { DrsClient } from '../src/ports/drs.ts';
import type { Job } from '../src/domain/job/job.ts';
import { judge } from '../src/domain/poll/judge.ts';
import { NO_MEMORY } from '../src/domain/rules/rule-memory.ts';
import { HOUR, MINUTE } from '../src/domain/base/time.ts';
import { encodeMemory } from '../src/store/rows/memory-codec.ts';
import { openStore } from '../src/store/open-store.ts';
import { openSqlite } from '../src/store/sqlite/sqlite-driver.ts';
import { interleaved, summarise } from './measure.ts';
import type { Measured } from './measure.ts';
import { PROJECT } from './processes.ts';
import type { StandIns } from './processes.ts';
import { copyOf, JOB_IDS, JOBS } from './seed.ts';
import { openTicking, timed } from './tick.ts';

const ROUNDS = 9;
const WARM_ROUNDS = 2;
/** What the rules remember is as much as it gets after so long, in ms. */
const REMEMBERED_MS = 4 * HOUR;

/** A DRS that costs nothing, so that what the rules cost is not hidden by requests: every job replicates, 3 s behind. */
const STEADY: DrsClient = {
  fetchProgress: (jobIds) => Promise.resolve(new Map(jobIds.map((jobId) => [jobId, steady(jobId)]))),
  allowance: () => ({ waitMs: 0, quota: null }),
  listJobs: () => Promise.resolve({ parts: [], failure: null }),
  fetchDetails: () => Promise.resolve({ found: new Map(), failure: null }),
  fetchRecoveryFigures: () => Promise.resolve({ found: new Map(), failure: null }),
  fetchComparisons: () => Promise.resolve({ kind: 'read', value: [] }),
  fetchTimeline: () => Promise.resolve({ kind: 'read', value: [] }),
  fetchTerms: () => Promise.resolve({ kind: 'read', value: NO_TERMS }),
  fetchRaw: () => Promise.resolve({ kind: 'read', value: [] }),
  fetchLog: () => Promise.resolve({ kind: 'read', value: [] }),
};

function steady(jobId: JobId): ProgressAnswer {
  const parts = ['structure', 'data', 'index'].map((name) => ({ name, percent: 100, remainingTime: '0' }));
  const figures = { percent: 100, parts, lagMs: 3_120, clockSkewMs: null, processTime: '1210000', remainingTime: '0' };
  const rest = { subJob: null, failedSubJobs: null, errorCode: null, unknownFields: {} };
  const status = 'INCRE_TRANSFER_STARTED';
  return { kind: 'report', report: { jobId, status, taskMode: 'FULL_INCR_TRANS', ...figures, ...rest } };
}

/** A tick with every rule, each job with as much to remember as it gets, against the same tick that tells of changed statuses only. */
export async function measureRules({ base }: StandIns, seed: string): Promise<Measured> {
  const path = await copyOf(seed, 'rules');
  const { dispatcher } = createNetwork();
  // The hour that goes on is remembered sample by sample: all of the measuring is at its end, where that is most.
  const now = Math.floor(Date.now() / HOUR) * HOUR + HOUR - (ROUNDS + WARM_ROUNDS + 2) * MINUTE;
  const warm = await openTicking({ path, endpoint: base, dispatcher, startAt: now - 2 * MINUTE, drs: STEADY });
  await warm.tick();
  await warm.tick();
  await warm.close();
  const bytes = await rememberMuch(path, now);
  const open = { endpoint: base, dispatcher, startAt: now, drs: STEADY };
  const without = await openTicking({
    ...open,
    path: await copyOf(path, 'rules-floor'),
    // A job of which the rules need nothing is not judged.
    decorate: (store) => ({ ...store, findRuleNeeds: () => Promise.resolve(new Map()) }),
  });
  const all = await openTicking({ ...open, path });
  const [ours, floor] = [() => timed(() => all.tick()), () => timed(() => without.tick())];
  await interleaved(WARM_ROUNDS, ours, floor);
  const rounds = await interleaved(ROUNDS, ours, floor);
  await all.close();
  await without.close();
  await dispatcher.close();
  return summarise(rounds, {
    measure: `the same with all rules on`,
    unit: 'ms',
    by: 'ratio',
    limit: { kind: 'at most', value: 1.5 },
    how: `${JOBS.toLocaleString('en')} jobs, each with what ${REMEMBERED_MS / HOUR} h of polls leave to remember (${bytes} bytes), against the same tick without a rule`,
  });
}

/** Gives every job what the rules remember of one that was polled each minute until `until`; its size in bytes. */
async function rememberMuch(path: string, until: number): Promise<number> {
  const store = await openStore(`sqlite:${path}`, { clock: () => until });
  const [jobId] = JOB_IDS;
  const job = jobId === undefined ? null : await store.findJob({ connectionId: PROJECT, jobId });
  await store.close();
  if (job === null) throw new TypeError('the first job has no row');
  const memory = encodeMemory(memoryAfter(job, until));
  const database = openSqlite(path);
  const changed = database.prepare('update job_memories set memory = ?').run(memory).changes;
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  if (changed !== JOBS) throw new Error(`${changed} jobs are remembered`);
  return memory.length;
}

/** Polls that are some ms early or late, and lags that are hardly ever the same twice, and never high. */
function memoryAfter(job: Job, until: number) {
  let memory = NO_MEMORY;
  for (let minute = until - REMEMBERED_MS; minute <= until; minute += MINUTE) {
    const { report } = job.state;
    const at = minute + (((minute / MINUTE) * 7_919) % 997);
    const lagMs = 1_000 + (((minute / MINUTE) * 61) % 97) * 73;
    const state = { ...job.state, report: report === null ? null : { ...report, lagMs }, checkedAt: at };
    const needs = { memory, own: [], isEveryStatusWanted: false };
    ({ memory } = judge(job, { state, events: [] }, needs, { now: at, pollMs: MINUTE, samples: null }));
  }
  return memory;
}
