import { NO_TERMS } from '../../src/domain/job/job-terms.ts';
import type { DrsClient } from '../../src/ports/drs.ts';
import type { Notifier } from '../../src/ports/slack.ts';
import type { Job } from '../../src/domain/job/job.ts';
import { parseJobId } from '../../src/domain/job/job-id.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import type { JobListEntry, JobListing } from '../../src/ports/drs.ts';
import type { Post, SendOutcome } from '../../src/domain/post/post.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import { NO_OWN_RULES } from '../../src/domain/rules/subscription-rules.ts';
import type { SubscriptionRules } from '../../src/domain/rules/subscription-rules.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { createTimetable } from '../../src/runtime/cron.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { DEFAULT_DURATIONS } from '../../src/wiring/durations.ts';
import type { Durations } from '../../src/wiring/durations.ts';
import type { Parts } from '../../src/wiring/parts.ts';
import { claimTurn, runClaimed } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { readAboutEvents } from '../../src/use-cases/polling/read-about-events.ts';
import { findCauses } from '../../src/use-cases/polling/find-causes.ts';
import { createJobList } from '../../src/use-cases/showing/refresh-job-list.ts';
import { tick as runTick } from '../../src/use-cases/polling/tick.ts';
import { Vitals } from '../../src/use-cases/upkeep/vitals.ts';
import { fastClock } from './fast-clock.ts';
import type { FastClock } from './fast-clock.ts';
import { AT_ONCE } from './quick-durations.ts';
import { reported } from './reports.ts';
import { SILENT } from './silent-log.ts';

const NOT_THERE = { kind: 'read', found: [], ownSeen: true, cursor: null } as const;

export const WORKSPACE = 'T1';
export const CONNECTION = 'prod';

/** The id of the job with this number. */
export function jobNumber(number: number): JobId {
  const id = parseJobId(`6211d20d-0006-41da-836e-${String(number).padStart(7, '0')}jb20b`);
  if (id === null) throw new Error('not a job id');
  return id;
}

/** A message as it stands in a channel. */
export interface Said {
  readonly channelId: string;
  post: Post;
  jobs: readonly Job[];
}

/** Everything the bot does with a store, DRS and Slack, one step at a time, on a clock that only a test moves. */
export interface Desk extends AsyncDisposable {
  readonly db: Db;
  readonly context: Parts;
  readonly clock: FastClock;
  /** What DRS says of a job; a report of a replicating job unless set. */
  readonly answers: Map<JobId, ProgressAnswer>;
  /** What DRS lists; set it to a function that fails for a list that cannot be read. */
  list: () => JobListing;
  /** Ids of each progress request. */
  /** What the database carried out, in order. */
  readonly statements: string[];
  readonly requests: JobId[][];
  /** What DRS makes of a progress request; `answers` unless set. */
  ask: (jobIds: readonly JobId[]) => ReadonlyMap<JobId, ProgressAnswer>;
  /** How Slack ends each attempt to send. */
  send: (post: Post) => SendOutcome;
  /** Messages in Slack, by their order. */
  readonly said: Said[];
  readonly logged: { readonly level: string; readonly fields: object; readonly message: string }[];
  watch(channelId: string, ...jobIds: readonly JobId[]): Promise<void>;
  /** The rules of whoever watches from now on. */
  rules: SubscriptionRules;
  /** One pass, then everything that can be said is said. */
  tick(): Promise<void>;
  /** So many minutes, each with its pass. */
  minutes(count: number): Promise<void>;
  /** Sends, edits and finds causes until there is nothing left to do at this moment. */
  speak(): Promise<void>;
  /** What was posted in a channel, as `job status → status`. */
  told(channelId: string): readonly string[];
}

export function listing(entries: readonly Partial<JobListEntry>[], jobType = 'migration'): JobListing {
  const full = entries.map((entry, index) => ({
    jobId: entry.jobId ?? jobNumber(index),
    name: entry.name ?? null,
    status: entry.status ?? 'INCRE_TRANSFER_STARTED',
    jobType,
    engines: entry.engines ?? null,
    parentId: entry.parentId ?? null,
  }));
  return { parts: [{ jobType, entries: full, isWhole: true }], failure: null };
}

/** What a process finds that takes over from one that was killed. */
export interface LeftBehind {
  /** Of the database. */
  readonly address: string;
  readonly clock: FastClock;
  /** What stands in Slack. */
  readonly said: Said[];
}

export async function openDesk(
  durations: Partial<Durations> = {},
  { address, clock, said }: LeftBehind = { address: 'sqlite::memory:', clock: fastClock(), said: [] },
  intervalMs = MINUTE,
): Promise<Desk> {
  const statements: string[] = [];
  const db = openDatabase(address, { onStatement: (text) => void statements.push(text) });
  await migrateToLatest(db);
  const store = createStore(onSqlite(db, address), { clock: () => clock.now() });
  await store.openWorkspace({ id: WORKSPACE, name: 'Acme', at: clock.now() });
  await store.openConnection({
    id: CONNECTION,
    name: 'x',
    endpoint: 'https://x',
    projectId: CONNECTION,
    at: clock.now(),
  });
  const answers = new Map<JobId, ProgressAnswer>();
  const requests: JobId[][] = [];
  const logged: Desk['logged'][number][] = [];
  const log = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message });
  let ids = 0;
  const drs: DrsClient = {
    fetchProgress: (jobIds) => {
      requests.push([...jobIds]);
      return Promise.resolve(desk.ask(jobIds));
    },
    allowance: () => ({ waitMs: 0, quota: null }),
    listJobs: () => Promise.resolve(desk.list()),
    fetchDetails: () => Promise.resolve({ found: new Map(), failure: null }),
    fetchRecoveryFigures: () => Promise.resolve({ found: new Map(), failure: null }),
    fetchComparisons: () => Promise.resolve({ kind: 'read', value: [] }),
    fetchTimeline: () => Promise.resolve({ kind: 'read', value: [] }),
    fetchTerms: () => Promise.resolve({ kind: 'read', value: NO_TERMS }),
    fetchRaw: () => Promise.resolve({ kind: 'read', value: [] }),
    fetchLog: () => Promise.resolve({ kind: 'read', value: [] }),
  };
  const notifier: Notifier = {
    send(post) {
      const outcome = desk.send(post);
      if (outcome.kind === 'delivered') said.push({ channelId: post.channelId, post, jobs: [] });
      return Promise.resolve(outcome);
    },
    edit(post, where, jobs) {
      const message = said.find((one) => one.post.id === post.id);
      if (message === undefined) return Promise.resolve({ kind: 'gone' });
      message.post = post;
      message.jobs = jobs;
      return Promise.resolve({ kind: 'delivered', ...where });
    },
    remove: () => Promise.resolve({ kind: 'gone' }),
  };
  const slack = { notifier, history: { readPage: () => Promise.resolve(NOT_THERE) } };
  const allDurations: Durations = { ...DEFAULT_DURATIONS, postPaceMs: 0, incidents: AT_ONCE, ...durations };
  const quiet = { ...SILENT, warn: log('warn'), error: log('error') };
  const context: Parts = {
    store,
    drs,
    clock,
    newId: () => `id-${clock.now()}-${++ids}`,
    random: () => 0,
    log: quiet,
    durations: allDurations,
    connectionId: CONNECTION,
    workspaceId: WORKSPACE,
    polling: { batchSize: 10, maxRps: 5, intervalMs },
    jobList: createJobList({
      store,
      drs,
      clock,
      log: quiet,
      connectionId: CONNECTION,
      durations: allDurations,
      wakeLoops: () => undefined,
    }),
    vitals: new Vitals(clock, NO_METRICS, createTimetable('* * * * *', 'UTC', clock.now())),
    scheduleZone: 'UTC',
    runtime: { program: 'test', node: process.versions.node },
    opsChannel: { workspaceId: WORKSPACE, channelId: 'COPS' },
    lacksHistory: () => false,
    wakeLoops: () => undefined,
  };
  /** Everything that can be done in Slack now. */
  const takeTurns = async () => {
    for (;;) {
      const claim = await claimTurn(context);
      if (claim.kind === 'idle') return;
      const report = await runClaimed(context, slack, claim);
      clock.advance(report.kind === 'edited' ? 2_000 : 1);
    }
  };
  const desk: Desk = {
    db,
    context,
    clock,
    answers,
    list: () => listing([]),
    statements,
    requests,
    ask: (jobIds) =>
      new Map(
        jobIds.map((jobId) => [
          jobId,
          answers.get(jobId) ?? reported('INCRE_TRANSFER_STARTED', { jobId, lagMs: 1_000 }),
        ]),
      ),
    send: (post) => ({ kind: 'delivered', messageTs: `${1_000 + said.length}.1`, channelId: post.channelId }),
    said,
    logged,
    rules: NO_OWN_RULES,
    async watch(channelId, ...jobIds) {
      for (const jobId of jobIds)
        await store.claimJob({ ...key(jobId), token: 'w', leaseMs: 1, now: clock.now(), maxAgeMs: 0 });
      await store.releaseJobs('w');
      const actor = { workspaceId: WORKSPACE, channelId, userId: 'UANA' };
      await store.subscribe({
        actor,
        language: 'en',
        connectionId: CONNECTION,
        jobIds,
        rules: desk.rules,
        now: clock.now(),
      });
    },
    async tick() {
      await runTick(context);
      await desk.speak();
    },
    async minutes(count) {
      for (let minute = 0; minute < count; minute++) {
        clock.advance(MINUTE);
        await desk.tick();
      }
    },
    async speak() {
      await takeTurns();
      await findCauses(context);
      while ((await readAboutEvents(context)) > 0);
      await takeTurns();
    },
    told: (channelId) => said.flatMap((one) => (one.channelId === channelId ? one.post.facts.map(describe) : [])),
    async [Symbol.asyncDispose]() {
      await store.close();
    },
  };
  return desk;
}

function key(jobId: JobId) {
  return { connectionId: CONNECTION, jobId };
}

function describe(facts: Post['facts'][number]): string {
  if (facts.kind === 'announcement') return facts.announcement.kind;
  const number = Number(facts.job.jobId.slice(24, 31));
  const { event } = facts;
  return event.kind === 'status_changed' ? `${number} ${event.to}` : `${number} ${event.kind}`;
}
