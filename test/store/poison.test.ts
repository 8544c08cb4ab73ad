import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { explanation } from '../../src/domain/explanation.ts';
import { failureOf } from '../../src/domain/progress-answer.ts';
import { pollDueJobs } from '../../src/use-cases/poll-due-jobs.ts';
import { pruneSome } from '../../src/use-cases/prune.ts';
import { showHealth } from '../../src/use-cases/show-health.ts';
import { lookClosely } from '../../src/use-cases/look-closely.ts';
import { DiskState, watchOperations } from '../../src/use-cases/watch-operations.ts';
import { DAY } from '../../src/domain/time.ts';
import { CONNECTION, jobNumber, listing, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

const JOBS = [0, 1, 2].map(jobNumber);
const [POISONED, ...OTHERS] = JOBS;

/** Every column that holds JSON, and the row of it that is poisoned; whether the operator is told of it. */
const COLUMNS = [
  { column: 'jobs.state', where: `job_id = '${jobNumber(0)}'`, isTold: true },
  { column: 'job_events.facts', where: `job_id = '${jobNumber(0)}'`, isTold: true },
  { column: 'deliveries.announcement', where: `channel_id = 'C0' and announcement is not null`, isTold: true },
  { column: 'failures.causes', where: `job_id = '${jobNumber(0)}'`, isTold: false },
  { column: 'connections.list_failure', where: 'true', isTold: false },
  { column: 'audit.before', where: null, isTold: false },
  { column: 'audit.after', where: null, isTold: false },
  { column: 'subscriptions.rules', where: 'true', isTold: false },
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
  ...fc.sample(fc.json({ maxDepth: 3 }), { numRuns: 4, seed: 1 }),
];

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
  desk.list = () => listing(JOBS.map((jobId) => ({ jobId, name: `job-${jobId.slice(30, 31)}` })));
  return desk;
}

/** Everything the bot does in a few minutes. */
async function live(desk: Desk): Promise<void> {
  const watch = { notifier: NO_NOTIFIER, disk: new DiskState(), language: 'en' as const, leastFreeBytes: 0 };
  for (let minute = 0; minute < 4; minute++) {
    await desk.minutes(1);
    await watchOperations(desk.context, watch);
    await desk.speak();
  }
  const keep = { deliveriesDays: 30, eventsDays: 400, unwatchedDays: 30 };
  await pruneSome(desk.context, keep);
  await desk.context.store.readFigures({ workspaceId: WORKSPACE, connectionId: CONNECTION });
  await showHealth(desk.context, { workspaceId: WORKSPACE, channelId: 'C0' });
  await lookClosely(desk.context, JOBS, 'en');
  await desk.context.store.listWorkspaceSubscriptions(WORKSPACE);
  await desk.context.store.listSubscriptions({ workspaceId: WORKSPACE, channelId: 'C0' });
  await desk.context.store.pageAudit({
    channel: { workspaceId: WORKSPACE, channelId: 'C0' },
    job: null,
    before: null,
    limit: 10,
  });
  await desk.context.store.findJobListState(CONNECTION);
}

const unused = () => Promise.reject(new Error('unused'));
const NO_NOTIFIER = { send: unused, edit: unused, remove: unused };

async function poison(desk: Desk, column: string, where: string, value: string): Promise<void> {
  const [table, name] = column.split('.');
  await sql`update ${sql.table(table ?? '')} set ${sql.ref(name ?? '')} = ${value} where ${sql.raw(where)}`.execute(
    desk.db,
  );
}

describe.each(COLUMNS)('whatever stands in $column', ({ column, where, isTold }) => {
  test.each(SAMPLES)('every other job is polled and every other channel told: %s', async (sample) => {
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
    if (where !== null) await poison(desk, column, where, sample);
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
  });
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

test('every column that holds JSON is poisoned above', async () => {
  await using desk = await openTroubled();
  await desk.minutes(1);
  for (const jobId of JOBS) desk.answers.set(jobId, reported('INCRE_TRANSFER_FAILED', { jobId }));
  await desk.minutes(2);
  await desk.context.store.unsubscribe({
    actor: { workspaceId: WORKSPACE, channelId: 'C0', userId: 'UANA' },
    jobs: 'all',
    reason: 'unsubscribed',
    announce: true,
    now: desk.clock.now() + DAY,
  });
  const tables = await desk.db.introspection.getTables();
  const found = new Set<string>();
  for (const { name, columns } of tables) {
    for (const column of columns) {
      const rows = await sql<{
        value: unknown;
      }>`select ${sql.ref(column.name)} as value from ${sql.table(name)}`.execute(desk.db);
      if (rows.rows.some(({ value }) => typeof value === 'string' && /^[[{]/.test(value)))
        found.add(`${name}.${column.name}`);
    }
  }
  const listed = new Set<string>(COLUMNS.map(({ column }) => column));
  expect([...found].filter((column) => !listed.has(column))).toEqual([]);
  expect(found.size).toBeGreaterThan(5);
});
