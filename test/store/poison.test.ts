import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { FINE } from '../../src/domain/rules/thin-samples.ts';
import { DEFAULT_BLIND_RULES } from '../../src/domain/poll/blind-episode.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import { failureOf } from '../../src/domain/job/progress-answer.ts';
import { pollDueJobs } from '../../src/use-cases/polling/poll-due-jobs.ts';
import { pruneSome } from '../../src/use-cases/upkeep/prune.ts';
import { showHealth } from '../../src/use-cases/showing/show-health.ts';
import { readJobsWithDetails } from '../../src/use-cases/showing/read-jobs-with-details.ts';
import { createWatch } from '../../src/use-cases/upkeep/watch-operations.ts';
import { CONNECTION, jobNumber, listing, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

const JOBS = [0, 1, 2].map(jobNumber);
const [POISONED, ...OTHERS] = JOBS;

/** Every column that holds JSON, and the row of it that is poisoned; whether the operator is told of it. */
const COLUMNS = [
  { column: 'jobs.state', where: `job_id = '${jobNumber(0)}'`, isTold: true },
  { column: 'job_events.facts', where: `job_id = '${jobNumber(0)}'`, isTold: true },
  { column: 'job_events.namesake', where: `job_id = '${jobNumber(0)}'`, isTold: false },
  { column: 'deliveries.announcement', where: `channel_id = 'C0' and announcement is not null`, isTold: true },
  { column: 'failures.causes', where: `job_id = '${jobNumber(0)}'`, isTold: true },
  { column: 'connections.list_failure', where: 'true', isTold: false },
  { column: 'blind_episodes.episode', where: 'true', isTold: true },
  { column: 'audit.before', where: 'true', isTold: false },
  { column: 'audit.after', where: 'true', isTold: false },
  { column: 'subscriptions.rules', where: 'true', isTold: false },
  { column: 'subscriptions.chosen_rules', where: 'true', isTold: false },
  { column: 'channels.rules', where: `channel_id = 'C0'`, isTold: false },
  { column: 'job_memories.memory', where: `job_id = '${jobNumber(0)}'`, isTold: false },
  { column: 'samples.samples', where: `job_id = '${jobNumber(0)}'`, isTold: false },
  { column: 'channels.language', where: `channel_id = 'C0'`, isTold: false },
] as const;

const SAMPLES = [
  '',
  'null',
  '{',
  '[]',
  '"x"',
  '1e400',
  '{"kind":"from_a_newer_version"}',
  '{"kind":"from_a_newer_version","at":5,"report":{"status":1}}',
  '{"kind":"ended","at":5,"verdict":"from_a_newer_version"}',
  '{"kind":"subscribed","by":7,"jobs":null}',
  '{"report":null,"over":"from_a_newer_version"}',
  '{"en":{"code":3}}',
];

/** Whatever a row could hold: any JSON, the beginning of one, and objects whose fields have the names of ours. */
const ANYTHING = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.json({ maxDepth: 3 }).map((text) => text.slice(0, text.length / 2)),
  fc.string(),
  fc
    .record(
      {
        kind: fc.oneof(fc.constantFrom('status_changed', 'ended', 'signal', 'back', 'hello', 'recovered'), fc.string()),
        at: fc.oneof(fc.double(), fc.constant(null), fc.string()),
        report: fc.oneof(fc.constant(null), fc.jsonValue({ maxDepth: 2 })),
        previous: fc.jsonValue({ maxDepth: 2 }),
        lastLag: fc.oneof(fc.constant(null), fc.record({ ms: fc.double(), at: fc.double() })),
        key: fc.string(),
        signal: fc.record({ kind: fc.string() }),
        to: fc.string(),
        from: fc.oneof(fc.string(), fc.double()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value).replaceAll('null', '1e400')),
);

/** Three jobs in three channels; each has failed, so that an event, a cause and an announcement are owed to each. */
async function openTroubled(): Promise<Desk> {
  const desk = await openDesk();
  for (const [index, jobId] of JOBS.entries()) await desk.watch(`C${index}`, jobId);
  await desk.watch('CALL', ...JOBS);
  await desk.context.store.saveJobList({
    connectionId: CONNECTION,
    listing: { parts: [], failure: failureOf('timeout', explanation('timeout')) },
    now: desk.clock.now(),
  });
  await desk.context.store.noteSight({
    connectionId: CONNECTION,
    sight: { at: desk.clock.now(), why: explanation('timeout') },
    nextTryAt: null,
    rules: DEFAULT_BLIND_RULES,
  });
  desk.list = () => listing(JOBS.map((jobId) => ({ jobId, name: `job-${jobId.slice(30, 31)}` })));
  return desk;
}

/** Everything the bot does in a few minutes. */
async function live(desk: Desk): Promise<void> {
  const watch = createWatch(desk.context);
  for (let minute = 0; minute < 4; minute++) {
    await desk.minutes(1);
    await watch();
    await desk.speak();
  }
  const keep = { deliveriesDays: 30, eventsDays: 400, unwatchedDays: 30 };
  await pruneSome(desk.context, keep);
  await desk.context.store.readFigures({ workspaceId: WORKSPACE, connectionId: CONNECTION });
  await showHealth(desk.context, { workspaceId: WORKSPACE, channelId: 'C0' });
  await readJobsWithDetails(desk.context, JOBS, 'en');
  await desk.context.store.listWorkspaceSubscriptions(WORKSPACE);
  await desk.context.store.listSubscriptions({ workspaceId: WORKSPACE, channelId: 'C0' });
  await desk.context.store.pageAudit({
    channel: { workspaceId: WORKSPACE, channelId: 'C0' },
    job: null,
    before: null,
    limit: 10,
  });
  await desk.context.store.findJobListState(CONNECTION);
  for (const jobId of JOBS) {
    const job = { connectionId: CONNECTION, jobId };
    await desk.context.store.readMemory(job);
    await desk.context.store.readSamples(job, 0);
  }
  const actor = { workspaceId: WORKSPACE, channelId: 'C0', userId: 'UANA' };
  const changes = { lag: { levelMs: 5 * MINUTE, holdMs: 10 * MINUTE } };
  await desk.context.store.setChannelRules({ actor, connectionId: CONNECTION, changes, now: desk.clock.now() });
}

async function poison(desk: Desk, column: string, where: string, value: string): Promise<void> {
  const [table, name] = column.split('.');
  // The audit lets nobody change a row.
  if (table === 'audit') {
    for (const action of ['subscribe', 'unsubscribe', 'settings', 'pause', 'resume', 'from_a_newer_version'])
      await sql`insert into audit (at, workspace_id, channel_id, user_id, action, connection_id, ${sql.ref(name ?? '')})
        values (1, ${WORKSPACE}, 'C0', 'UANA', ${action}, ${CONNECTION}, ${value})`.execute(desk.db);
    return;
  }
  // No job is so old here that its samples have been moved: one row is of this hour, one old enough to be thinned.
  if (table === 'samples')
    for (const age of [0, 2 * FINE.untilMs])
      await sql`insert into samples (connection_id, job_id, began_at, every_ms, samples)
        values (${CONNECTION}, ${jobNumber(0)}, ${desk.clock.now() - age}, ${FINE.bucketMs}, '')`.execute(desk.db);
  await sql`update ${sql.table(table ?? '')} set ${sql.ref(name ?? '')} = ${value} where ${sql.raw(where)}`.execute(
    desk.db,
  );
}

async function everythingElseGoesOn({ column, where, isTold }: (typeof COLUMNS)[number], sample: string) {
  await using desk = await openTroubled();
  // An event is written and owed before the poison, as the bot would find it after a restart.
  for (const jobId of JOBS) desk.answers.set(jobId, reported('FULL_TRANSFER_STARTED', { jobId }));
  await desk.minutes(1);
  for (const jobId of JOBS) desk.answers.set(jobId, reported('INCRE_TRANSFER_FAILED', { jobId }));
  desk.send = () => ({ kind: 'retry', afterMs: 1, reason: 'rate_limited' });
  const { store } = desk.context;
  desk.clock.advance(60_000);
  await pollDueJobs(desk.context);
  const actor = { workspaceId: WORKSPACE, channelId: 'C0', userId: 'UANA' };
  await store.setChannelLanguage({ actor, connectionId: CONNECTION, language: 'zh', now: desk.clock.now() });
  await poison(desk, column, where, sample);
  desk.send = (post) => ({
    kind: 'delivered',
    messageTs: `${2_000 + desk.said.length}.1`,
    channelId: post.channelId,
  });
  await live(desk);
  for (const [index, jobId] of OTHERS.entries()) {
    expect(desk.told(`C${index + 1}`)).toContain(`${index + 1} INCRE_TRANSFER_FAILED`);
    const job = await store.findJob({ connectionId: CONNECTION, jobId });
    expect(desk.clock.now() - (job?.state.checkedAt ?? 0)).toBeLessThan(120_000);
    expect(desk.told('CALL')).toContain(`${index + 1} INCRE_TRANSFER_FAILED`);
  }
  // The poisoned job itself is asked about again, too.
  const poisoned = await store.findJob({ connectionId: CONNECTION, jobId: POISONED ?? jobNumber(0) });
  expect(desk.clock.now() - (poisoned?.state.checkedAt ?? 0)).toBeLessThan(120_000);
  expect(desk.told('COPS').filter((one) => one === 'signal').length).toBeLessThanOrEqual(isTold ? 1 : 0);
  expect(desk.logged.filter((one) => one.level === 'error').length).toBeLessThanOrEqual(isTold ? 1 : 0);
}

describe.each(COLUMNS)('whatever stands in $column', (column) => {
  test.each(SAMPLES)('every other job is polled and every other channel told: %s', async (sample) => {
    await expect(everythingElseGoesOn(column, sample)).resolves.toBeUndefined();
  });
});

test('whatever stands in any column, every other job is polled and every other channel told', async () => {
  const anywhere = fc.tuple(fc.constantFrom(...COLUMNS), ANYTHING);
  const holds = fc.asyncProperty(anywhere, ([column, value]) => everythingElseGoesOn(column, value));
  await expect(fc.assert(holds, { numRuns: 40 })).resolves.toBeUndefined();
});

test('the operator is told once which row could not be read', async () => {
  await using desk = await openTroubled();
  await desk.minutes(1);
  await poison(desk, 'jobs.state', `job_id = '${jobNumber(0)}'`, '{');
  await live(desk);
  await live(desk);
  expect(desk.told('COPS')).toEqual(['signal']);
  expect(desk.said.find((one) => one.channelId === 'COPS')?.post.facts).toMatchObject([
    { announcement: { signal: { kind: 'rows_set_aside', count: 1, rows: [{ what: 'job', key: jobNumber(0) }] } } },
  ]);
});

test('a failure that happened while a state could not be read is told all the same', async () => {
  await using desk = await openTroubled();
  await desk.minutes(1);
  await poison(desk, 'jobs.state', `job_id = '${jobNumber(0)}'`, '{');
  desk.answers.set(jobNumber(0), reported('INCRE_TRANSFER_FAILED', { jobId: jobNumber(0) }));
  await desk.minutes(2);
  expect(desk.told('C0')).toContain('0 INCRE_TRANSFER_FAILED');
});

/** Columns that hold text and no JSON: a new one belongs here or in `COLUMNS`. */
const PLAIN = {
  audit: ['workspace_id', 'channel_id', 'user_id', 'action', 'connection_id', 'job_id', 'job_name'],
  blind_episodes: ['connection_id', 'reason'],
  channels: [
    'workspace_id',
    'channel_id',
    'moved_to',
    'pause_reason',
    'conversation_id',
    'last_ts',
    'read_back_refusal',
  ],
  connections: ['id', 'name', 'endpoint', 'project_id'],
  deliveries: ['workspace_id', 'channel_id', 'connection_id', 'subject', 'post_id', 'hold_reason', 'outcome', 'reason'],
  event_reads: ['connection_id', 'job_id', 'deed', 'doer_name', 'lease_token'],
  failures: ['connection_id', 'job_id', 'lease_token', 'closed_by'],
  job_events: ['connection_id', 'job_id', 'kind', 'job_name'],
  job_memories: ['connection_id', 'job_id'],
  job_list_readings: ['connection_id', 'job_type'],
  jobs: ['connection_id', 'job_id', 'parent_id', 'role', 'job_type', 'name', 'status', 'lease_token'],
  listed_jobs: ['connection_id', 'job_id', 'job_type', 'name', 'name_key', 'status', 'parent_id', 'engines'],
  pauses: ['workspace_id', 'channel_id', 'post_id', 'reason'],
  posts: [
    'id',
    'workspace_id',
    'channel_id',
    'kind',
    'about',
    'ended',
    'reason',
    'message_ts',
    'copies',
    'lease_token',
    'thread_ts',
    'known_ts',
    'until_ts',
    'search_cursor',
    'part_of',
  ],
  compatibility: ['oldest_reader'],
  samples: ['connection_id', 'job_id'],
  set_aside: ['connection_id', 'workspace_id', 'what', 'row_key', 'content'],
  signals: ['connection_id', 'kind'],
  subscriptions: [
    'workspace_id',
    'channel_id',
    'connection_id',
    'kind',
    'job_id',
    'pattern',
    'created_by',
    'end_reason',
    'ended_by',
    'rules_key',
  ],
  answered_requests: ['workspace_id', 'request_key'],
  workspaces: ['id', 'name', 'pause_reason', 'last_ts'],
} as const;

test('every column of the schema that holds text is poisoned above or is known to hold no JSON', async () => {
  await using desk = await openTroubled();
  const tables = await desk.db.introspection.getTables();
  const found = tables.flatMap(({ name, columns }) =>
    columns.filter(({ dataType }) => /text|json/i.test(dataType)).map((column) => `${name}.${column.name}`),
  );
  const plain = Object.entries(PLAIN).flatMap(([table, names]) => names.map((name) => `${table}.${name}`));
  expect(found.toSorted()).toEqual([...COLUMNS.map(({ column }) => column), ...plain].toSorted());
});
