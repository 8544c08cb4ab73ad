import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { Fault } from '../../demo/drs-simulator/faults.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { failureOf } from '../../src/domain/job/progress-answer.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { LOOP_NAMES } from '../../src/domain/vital-signs.ts';
import { createDrsClient } from '../../src/drs/drs-client.ts';
import { createNetwork } from '../../src/network/network.ts';
import { createIamToken } from '../../src/drs/iam-token.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { DrsClient } from '../../src/ports/drs.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { createTimetable } from '../../src/runtime/cron.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import { healthMessage } from '../../src/slack/messages/answers/health-message.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DEFAULT_DURATIONS } from '../../src/wiring/durations.ts';
import type { Parts } from '../../src/wiring/parts.ts';
import { observeDrs } from '../../src/use-cases/upkeep/observe.ts';
import { pollDueJobs } from '../../src/use-cases/polling/poll-due-jobs.ts';
import { showHealth } from '../../src/use-cases/showing/show-health.ts';
import { Vitals } from '../../src/use-cases/upkeep/vitals.ts';
import { fastClock } from '../support/fast-clock.ts';
import type { FastClock } from '../support/fast-clock.ts';
import { keptLog, SILENT } from '../support/silent-log.ts';

const CHANNEL = { workspaceId: 'T1', channelId: 'C1' };
const { dispatcher } = createNetwork();
let drs: DrsSimulator;
let store: Store;
let clock: FastClock;
let log: ReturnType<typeof keptLog>;
/** What was committed about whom, and in which pass. */
let told: { readonly jobId: JobId; readonly pass: number; readonly to: string }[];
let passes: number;

beforeEach(async () => {
  clock = fastClock();
  log = keptLog();
  told = [];
  passes = 0;
  drs = await startDrsSimulator({ clock: () => clock.now() });
  store = await openStore('sqlite::memory:', { clock: () => clock.now() });
  await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
  await store.openConnection({ id: 'prod', name: 'default', endpoint: drs.endpoint, projectId: drs.projectId, at: 1 });
});
afterEach(async () => {
  await Promise.all([store.close(), drs.stop()]);
});

/** The poller over `count` watched jobs, as it is in production but for the clock; a pass begins every minute. */
async function startPoller(
  count: number,
  decorate: (drs: DrsClient) => DrsClient = (client) => client,
  requestTimeoutMs = 15 * SECOND,
) {
  const jobs = Array.from({ length: count }, (_, number) =>
    drs.addJob('INCRE_TRANSFER_STARTED', {}, { id: simulatedJobId(number) }),
  );
  const context = createContext(decorate, requestTimeoutMs);
  await watch(jobs.map((job) => job.id));
  const startAt = clock.now();
  const poll = context.vitals.timed('poller', () => pollDueJobs(context));
  const resting = LOOP_NAMES.filter((loop) => loop !== 'poller').map((loop) =>
    context.vitals.timed(loop, () => Promise.resolve()),
  );
  const pass = async () => {
    const began = Math.max(0, Math.ceil((clock.now() - startAt) / MINUTE)) * MINUTE + startAt;
    clock.advance(began - clock.now());
    drs.clearRequests();
    const report = await poll();
    for (const rest of resting) await rest();
    passes += 1;
    clock.advance(1);
    return report;
  };
  await pass();
  return { jobs, pass, context };
}

function createContext(decorate: (drs: DrsClient) => DrsClient, requestTimeoutMs: number): Parts {
  const vitals = new Vitals(clock, NO_METRICS, createTimetable('* * * * *', 'UTC', clock.now()));
  const batchSize = 10;
  const { domain, user, password } = drs.credentials;
  const shared = { dispatcher, clock, random: () => 0, log: SILENT, projectId: drs.projectId };
  const login = { domain, user, password: { reveal: () => password, reread: () => false } };
  const auth = createIamToken({ ...shared, ...login, iamEndpoint: drs.endpoint, scope: { id: drs.projectId } });
  const settings = { endpoint: drs.endpoint, language: 'en-us', batchSize, maxRps: 5, requestTimeoutMs };
  const client = createDrsClient({ ...shared, ...settings, auth });
  // Leases need not be renewed here, and waiting for that would move the clock.
  const patient: Clock = {
    ...clock,
    sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  };
  let ids = 0;
  return {
    store: noticing(store),
    drs: observeDrs(decorate(client), { vitals, metrics: NO_METRICS, clock }),
    clock: patient,
    newId: () => `id-${++ids}`,
    random: () => 0,
    log,
    durations: DEFAULT_DURATIONS,
    workspaceId: 'T1',
    connectionId: 'prod',
    polling: { batchSize, maxRps: 5, intervalMs: MINUTE },
    jobList: { idle: () => Promise.resolve(), refresh: () => Promise.resolve({ isReading: false }) },
    opsChannel: null,
    lacksHistory: () => false,
    wakeLoops: () => undefined,
    vitals,
    scheduleZone: 'UTC',
    runtime: { program: 'test', node: 'test' },
  };
}

/** Writes down every change that is committed to be told, but for what a rule found: that follows from what was read before. */
function noticing(inner: Store): Store {
  return {
    ...inner,
    async commitPoll(poll) {
      const committed = await inner.commitPoll(poll);
      for (const { jobId, events } of poll.results)
        for (const event of events)
          if (event.kind !== 'rule')
            told.push({ jobId, pass: passes, to: event.kind === 'status_changed' ? event.to : event.kind });
      return committed;
    },
  };
}

/** Makes a row for each job and subscribes a channel to it. */
async function watch(jobIds: readonly JobId[]): Promise<void> {
  const actor = { ...CHANNEL, userId: 'U1' };
  for (const jobId of jobIds) {
    const request = { connectionId: 'prod', jobId, now: clock.now(), maxAgeMs: 0 };
    await store.claimJob({ ...request, token: jobId, leaseMs: MINUTE });
    await store.releaseJobs(jobId);
  }
  await store.subscribe({ actor, language: 'en', connectionId: 'prod', jobIds, now: clock.now() });
}

/** How often each job was in a request that was answered, since the last call of `clearRequests`. */
const answeredRequests = () =>
  drs.requests
    .filter(({ target, status }) => target === 'progress' && status === 200)
    .flatMap(({ body }) => (isBatch(body) ? body.jobs : []));
const isBatch = (body: unknown): body is { readonly jobs: readonly string[] } =>
  typeof body === 'object' && body !== null && 'jobs' in body && Array.isArray(body.jobs);

const health = async (context: Parts) => {
  const surroundings = {
    command: '/drs',
    botName: 'drs',
    teamUrl: null,
    tellsOperator: false,
    projects: () => ({ asked: 'p1', others: '' }),
    consoleUrl: () => null,
  };
  return healthMessage(createTexts('en', surroundings), await showHealth(context, CHANNEL)).text;
};

describe('a pass', () => {
  test.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [25, 3],
  ])('over %d jobs takes %d requests, each job in one of them', async (count, requests) => {
    const { pass } = await startPoller(count);
    for (let index = 0; index < 3; index++) {
      expect(await pass()).toMatchObject({ due: count, batches: requests, answered: requests });
      expect(drs.progressRequests()).toHaveLength(requests);
      expect(new Set(drs.progressRequests().flat()).size).toBe(count);
      expect(drs.progressRequests().flat()).toHaveLength(count);
    }
  });

  test('over a connection that refuses everything costs one more request for each batch, and blames no job', async () => {
    const { pass, jobs } = await startPoller(12);
    for (const job of jobs) job.poison({ status: 404, code: 'APIGW.0101' });
    for (let index = 0; index < 5; index++) {
      expect(await pass()).toMatchObject({ due: 12, answered: 0 });
      expect(drs.progressRequests()).toHaveLength(4);
    }
    for (const job of jobs) job.poison(null);
    expect(await pass()).toMatchObject({ due: 12, batches: 2, answered: 2 });
  });

  test('that meets a no-such-job code for everything says it of no job', async () => {
    const { pass, jobs, context } = await startPoller(12);
    for (const job of jobs) job.poison();
    for (let index = 0; index < 5; index++) await pass();
    const found = await context.store.findJobs(
      'prod',
      jobs.map((job) => job.id),
    );
    expect(found.filter((job) => job.state.missing !== null || job.askAlone)).toEqual([]);
  });
});

describe('a gateway that lets only some requests of each window through', () => {
  test.each([5, 3])('%d a minute where 6 are needed: every job is asked about equally often', async (limit) => {
    const { pass, jobs, context } = await startPoller(60);
    drs.quota.set({ limit, unit: 'minute' });
    const counts = new Map<string, number>(jobs.map((job) => [job.id, 0]));
    const endsAt = clock.now() + HOUR;
    let refused = 0;
    while (clock.now() < endsAt) {
      await pass();
      for (const id of answeredRequests()) counts.set(id, (counts.get(id) ?? 0) + 1);
      refused += drs.requests.filter(({ status }) => status === 429).length;
    }
    const numbers = [...counts.values()];
    expect(Math.max(...numbers) - Math.min(...numbers)).toBeLessThanOrEqual(1);
    // Nearly all that the gateway allows is used, and hardly ever more.
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(Math.floor((60 * limit * 0.9) / 6));
    expect(refused).toBeLessThan(5);
    const every = limit === 5 ? '1 min 12 s' : '2 min';
    const text = await health(context);
    expect(await showHealth(context, CHANNEL)).toMatchObject({ asking: { isLate: true } });
    expect(text).toMatch(
      `Jobs are asked about every ${every} instead of every 1 min: DRS allows ${limit} requests a minute; longest unasked `,
    );
    expect(log.lines.filter((line) => line.includes('DRS allows'))).toEqual([
      `60 jobs need 6 requests, and DRS allows ${limit} in 1 min: jobs are polled about every ${every} instead of every 1 min`,
    ]);
    expect(told).toEqual([]);
  });

  test('an hour’s quota is used evenly, not in its first minutes', async () => {
    const { pass } = await startPoller(60);
    drs.quota.set({ limit: 100, unit: 'hour' });
    const perPass: number[] = [];
    // The first hour may be used up before the gateway has named its quota.
    while (clock.now() < 1_700_000_000_000 + 2 * HOUR) await pass();
    for (let index = 0; index < 30; index++) {
      await pass();
      perPass.push(drs.progressRequests().length);
    }
    expect(Math.max(...perPass)).toBeLessThanOrEqual(3);
    expect(perPass.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(25);
  });

  test('a window of a month, named once, does not end the asking', async () => {
    const { pass } = await startPoller(8);
    const body = JSON.stringify({
      error_code: 'APIG.0308',
      error_msg: 'policy user over ratelimit,limit:1,time:30 day',
    });
    drs.faults.next('progress', { kind: 'status', status: 429, body });
    const from = clock.now();
    do await pass();
    while (answeredRequests().length === 0);
    expect(clock.now() - from).toBeLessThanOrEqual(17 * MINUTE);
    while (clock.now() - from < 25 * HOUR) await pass();
    for (let index = 0; index < 3; index++) {
      await pass();
      expect(answeredRequests()).toHaveLength(8);
    }
  });

  test('every job is asked about equally often after the clock was a day ahead for some minutes', async () => {
    const { pass, jobs } = await startPoller(60);
    drs.quota.set({ limit: 3, unit: 'minute' });
    for (let index = 0; index < 10; index++) await pass();
    clock.advance(DAY);
    for (let index = 0; index < 4; index++) await pass();
    clock.advance(-DAY);
    for (let index = 0; index < 4; index++) await pass();
    const counts = new Map<string, number>(jobs.map((job) => [job.id, 0]));
    for (let index = 0; index < 60; index++) {
      await pass();
      for (const id of answeredRequests()) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });

  test('a job that DRS did not get round to is shown as it was seen last, not as unknown', async () => {
    const { pass, jobs, context } = await startPoller(60);
    drs.quota.set({ limit: 3, unit: 'minute' });
    for (let index = 0; index < 5; index++) await pass();
    const found = await context.store.findJobs(
      'prod',
      jobs.map((job) => job.id),
    );
    expect(found.filter((job) => job.state.unknown !== null)).toEqual([]);
  });

  test.each(['86400', new Date(1_700_000_000_000 + 25 * HOUR).toUTCString(), '9'.repeat(310)])(
    'a Retry-After of %s, once: asked again within 15 minutes, by one request at first',
    async (retryAfter) => {
      const { pass, context } = await startPoller(25);
      drs.faults.next('progress', { kind: 'status', status: 429, body: '{}', headers: { 'Retry-After': retryAfter } });
      await pass();
      const from = clock.now();
      expect(await health(context)).toMatch(/DRS wants no requests for another 14 min 59 s; longest unasked /);
      drs.faults.next('progress', { kind: 'status', status: 429, body: '{}', headers: { 'Retry-After': retryAfter } });
      do await pass();
      while (drs.progressRequests().length === 0);
      expect(clock.now() - from).toBeLessThanOrEqual(15 * MINUTE + SECOND);
      expect(drs.progressRequests()).toHaveLength(1);
      do await pass();
      while (drs.progressRequests().length === 0);
      expect(new Set(answeredRequests()).size).toBe(25);
    },
  );

  test('without a text and without Retry-After is asked again after a minute', async () => {
    const { pass } = await startPoller(8);
    drs.faults.next('progress', { kind: 'status', status: 429, body: '' });
    const from = clock.now();
    await pass();
    expect(drs.progressRequests()).toHaveLength(1);
    do await pass();
    while (drs.progressRequests().length === 0);
    expect(clock.now() - from).toBeGreaterThanOrEqual(MINUTE);
    expect(clock.now() - from).toBeLessThanOrEqual(3 * MINUTE);
  });
});

type Poller = Awaited<ReturnType<typeof startPoller>>;

/** Two changes of all jobs: these are told of the first at most three polls late, and once, and of the second at once. */
async function expectLateOnce({ pass, jobs }: Pick<Poller, 'pass' | 'jobs'>, others: Poller['jobs']): Promise<void> {
  const change = async (to: string, polls: number) => {
    const from = passes;
    for (const job of jobs) job.becomes(to);
    for (let index = 0; index < polls; index++) await pass();
    return others.map(({ id }) =>
      told.filter((one) => one.jobId === id && one.to === to).map((one) => one.pass - from),
    );
  };
  const first = await change('PAUSING', 5);
  expect(first.map((late) => late.length)).toEqual(others.map(() => 1));
  expect(Math.max(...first.flat())).toBeLessThanOrEqual(3);
  expect(await change('INCRE_TRANSFER_STARTED', 3)).toEqual(others.map(() => [0]));
}

const STATUSES = [
  [400, 'DRS.M00200'],
  [404, 'DRS.M00101'],
  [422, 'DRS.M00202'],
  [500, 'DRS.M00004'],
  [503, 'DRS.M01501'],
] as const;
const PLACES = ['first', 'middle', 'last'] as const;
const CASES = STATUSES.flatMap(([status, code]) => PLACES.map((place) => ({ status, code, place })));

describe.each([25, 12, 8, 2])('one odd id among %d jobs', (count) => {
  test.each(CASES)('in the $place place, by $status $code, costs the others at most three polls, once', async (odd) => {
    const { pass, jobs } = await startPoller(count);
    const at = { first: 0, middle: Math.floor(count / 2), last: count - 1 }[odd.place];
    const others = jobs.filter((_job, index) => index !== at);
    jobs[at]?.poison({ status: odd.status, code: odd.code });
    await expectLateOnce({ pass, jobs }, others);
  });
});

describe.each<Fault>([
  { kind: 'body', body: '{"results":[{"job_id":' },
  { kind: 'cut' },
  { kind: 'reset' },
  { kind: 'hang' },
])('one id that spoils every answer it is in (%j)', (fault) => {
  test('costs the others at most three polls, once', async () => {
    const { pass, jobs } = await startPoller(12, undefined, fault.kind === 'hang' ? 200 : undefined);
    const others = jobs.filter((_job, index) => index !== 4);
    jobs[4]?.spoil(fault);
    await expectLateOnce({ pass, jobs }, others);
  });
});

describe('odd ids', () => {
  test('are asked alone, ever more seldom, and come back by themselves', async () => {
    const { pass, jobs, context } = await startPoller(12);
    jobs[5]?.poison({ status: 422, code: 'DRS.M00202' });
    for (let index = 0; index < 3; index++) await pass();
    const alone: number[] = [];
    for (let minute = 0; minute < 30; minute++) {
      await pass();
      if (drs.progressRequests().some((ids) => ids.length === 1 && ids[0] === jobs[5]?.id)) alone.push(minute);
      expect(drs.progressRequests().length).toBeLessThanOrEqual(3);
    }
    const gaps = alone.slice(1).map((minute, index) => minute - (alone[index] ?? 0));
    expect(gaps.every((gap, index) => gap >= 2 * (gaps[index - 1] ?? 0) - 2)).toBe(true);
    expect(alone.length).toBeLessThanOrEqual(4);
    expect(await context.store.findJobs('prod', [simulatedJobId(5)])).toMatchObject([{ askAlone: true }]);
    jobs[5]?.poison(null).becomes('PAUSING');
    for (let minute = 0; minute < 62 && told.length === 0; minute++) await pass();
    expect(told).toMatchObject([{ jobId: jobs[5]?.id, to: 'PAUSING' }]);
    await pass();
    expect(drs.progressRequests().map((ids) => ids.length)).toEqual([10, 2]);
  });

  test('that are in every batch are all found, and nobody else waits', async () => {
    const { pass, jobs } = await startPoller(60);
    const odd = jobs.filter((_job, index) => index % 7 === 3);
    for (const job of odd) job.poison({ status: 500, code: 'DRS.M00004' });
    for (let index = 0; index < 6; index++) await pass();
    for (const job of jobs) job.becomes('PAUSING');
    const from = passes;
    await pass();
    expect(told.filter((one) => one.pass === from)).toHaveLength(60 - odd.length);
  });

  test('for which DRS never answers do not end the pass for those behind them in the queue', async () => {
    const hanging = new Set<JobId>();
    const timeout = failureOf('timeout', explanation('timeout'));
    const { pass, jobs } = await startPoller(120, (client) => ({
      ...client,
      fetchProgress: (jobIds, options) =>
        jobIds.some((jobId) => hanging.has(jobId))
          ? Promise.resolve(new Map(jobIds.map((jobId) => [jobId, { kind: 'unanswered', failure: timeout }])))
          : client.fetchProgress(jobIds, options),
    }));
    // The pass asks in the order of the queue: these are its first seven batches.
    for (const job of drs
      .progressRequests()
      .slice(0, 7)
      .flatMap((ids) => ids.slice(0, 1))) {
      const odd = jobs.find((one) => one.id === job);
      if (odd !== undefined) hanging.add(odd.id);
    }
    await pass();
    for (const job of jobs) job.becomes('PAUSING');
    const from = passes;
    expect(await pass()).toMatchObject({ batches: 12, answered: 5, stoppedBy: null });
    expect(told.filter((one) => one.pass === from)).toHaveLength(50);
  });

  test('found under a quota that is used up in the middle of the search do not keep the others waiting', async () => {
    const { pass, jobs } = await startPoller(25);
    drs.quota.set({ limit: 5, unit: 'minute' });
    jobs[13]?.poison({ status: 400, code: 'DRS.M00200' });
    for (let index = 0; index < 8; index++) await pass();
    for (const job of jobs) job.becomes('PAUSING');
    for (let index = 0; index < 2; index++) await pass();
    expect(new Set(told.map((one) => one.jobId)).size).toBe(24);
  });
});
