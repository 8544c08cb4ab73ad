import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { explanation } from '../../src/domain/job/explanation.ts';
import type { Explanation } from '../../src/domain/job/explanation.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { DAY, MINUTE } from '../../src/domain/base/time.ts';
import { claimTurn, runClaimed } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { readJobsWithDetails } from '../../src/use-cases/showing/read-jobs-with-details.ts';
import { pollDueJobs } from '../../src/use-cases/polling/poll-due-jobs.ts';
import { pruneSome } from '../../src/use-cases/upkeep/prune.ts';
import { refreshPost } from '../../src/use-cases/telling/refresh-post.ts';
import { createWatch } from '../../src/use-cases/upkeep/watch-operations.ts';
import type { Notifier } from '../../src/ports/slack.ts';
import { CONNECTION, jobNumber, listing, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

const [FIRST, SECOND] = [jobNumber(0), jobNumber(1)];
const unused = () => Promise.reject(new Error('unused'));
const SHOWS: Notifier = {
  send: unused,
  edit: (_post, where) => Promise.resolve({ kind: 'delivered', ...where }),
  remove: unused,
};

async function openWatched(): Promise<Desk> {
  const desk = await openDesk();
  await desk.watch('C0', FIRST, SECOND);
  await desk.minutes(1);
  return desk;
}

function fail(desk: Desk, ...jobIds: readonly JobId[]): void {
  for (const jobId of jobIds) desk.answers.set(jobId, reported('INCRE_TRANSFER_FAILED', { jobId }));
}

async function spoil(desk: Desk, table: string, column: string, where: string, value = '{'): Promise<void> {
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${value} where ${sql.raw(where)}`.execute(desk.db);
}

async function watch(desk: Desk): Promise<void> {
  await createWatch(desk.context)();
  await desk.speak();
}

/** The failures that the channel was told. */
function failuresTold(desk: Desk): readonly string[] {
  return desk.told('C0').filter((one) => one.endsWith('FAILED'));
}

/** What the operator was told, as `kind` of each alert. */
function alerts(desk: Desk): readonly string[] {
  return desk.said.flatMap(({ channelId, post }) =>
    channelId !== 'COPS'
      ? []
      : post.facts.map((facts) =>
          facts.kind === 'announcement' && facts.announcement.kind === 'signal' ? facts.announcement.signal.kind : '?',
        ),
  );
}

/** Both jobs fail, and both failures are in one post that Slack has not taken yet. */
async function freeze(desk: Desk, ...jobIds: readonly JobId[]): Promise<void> {
  fail(desk, ...jobIds);
  const { send } = desk;
  // Refused as it was, it goes as plain text, so what it tells stays together.
  desk.send = () => {
    desk.send = () => ({ kind: 'retry', afterMs: 30_000, reason: 'rate_limited' });
    return { kind: 'refused', what: 'payload', reason: 'invalid_blocks' };
  };
  await desk.minutes(1);
  desk.send = send;
  const { id } = await desk.db.selectFrom('posts').select('id').where('plain', '=', 1).executeTakeFirstOrThrow();
  await desk.db.updateTable('deliveries').set({ post_id: id, at_version: 1 }).where('outcome', 'is', null).execute();
}

describe('a post that was made before', () => {
  test('loses only the delivery that cannot be read', async () => {
    await using desk = await openWatched();
    await freeze(desk, FIRST, SECOND);
    await spoil(desk, 'job_events', 'facts', `job_id = '${FIRST}'`);
    await desk.minutes(1);
    expect(failuresTold(desk)).toEqual(['1 INCRE_TRANSFER_FAILED']);
    await watch(desk);
    await watch(desk);
    expect(alerts(desk)).toEqual(['rows_set_aside']);
  });

  test('is given up when nothing in it can be read, and nobody says that Slack refused it', async () => {
    await using desk = await openWatched();
    await freeze(desk, FIRST);
    await spoil(desk, 'job_events', 'facts', `job_id = '${FIRST}'`);
    await desk.minutes(1);
    await watch(desk);
    await watch(desk);
    expect(alerts(desk)).toEqual(['rows_set_aside']);
    fail(desk, SECOND);
    await desk.minutes(1);
    expect(failuresTold(desk)).toEqual(['1 INCRE_TRANSFER_FAILED']);
  });
});

/** One turn; what it did. */
async function doNext(desk: Desk): Promise<unknown> {
  const claim = await claimTurn(desk.context);
  return claim.kind === 'idle'
    ? claim
    : await runClaimed(desk.context, { notifier: SHOWS, history: { readPage: unused } }, claim);
}

describe('an edit', () => {
  test('of a message that cannot be read any more holds up no other, and what was told stays told', async () => {
    await using desk = await openWatched();
    fail(desk, FIRST, SECOND);
    await desk.minutes(1);
    await spoil(desk, 'job_events', 'facts', `job_id = '${FIRST}'`);
    await desk.db.updateTable('posts').set({ wanted_version: 9, due_at: 0 }).execute();
    desk.clock.advance(MINUTE);
    const posts = await desk.db.selectFrom('posts').select('id').execute();
    for (let turn = 0; turn < posts.length; turn++) {
      // Each turn edits something while anything is left that can be edited.
      const left = await desk.db
        .selectFrom('posts')
        .innerJoin('deliveries', 'deliveries.post_id', 'posts.id')
        .select('posts.id')
        .where('deliveries.subject', '<>', FIRST)
        .whereRef('posts.shown_version', '<', 'posts.wanted_version')
        .executeTakeFirst();
      if (left === undefined) break;
      desk.clock.advance(2_000);
      expect(await doNext(desk)).toMatchObject({ kind: 'edited' });
    }
    const told = await desk.db.selectFrom('deliveries').select('outcome').where('subject', '=', FIRST).execute();
    expect(told).toEqual([{ outcome: 'told' }]);
    await watch(desk);
    await desk.db.updateTable('posts').set({ wanted_version: 10, due_at: 0 }).execute();
    await desk.minutes(1);
    await watch(desk);
    expect(alerts(desk)).toEqual(['rows_set_aside']);
  });
});

test('a click on a message of which nothing can be read finds no message', async () => {
  await using desk = await openWatched();
  fail(desk, FIRST);
  await desk.minutes(1);
  await spoil(desk, 'job_events', 'facts', 'true');
  const { post_id: postId } = await desk.db
    .selectFrom('deliveries')
    .select('post_id')
    .where('subject', '=', FIRST)
    .executeTakeFirstOrThrow();
  const context = { ...desk.context, notifier: SHOWS };
  const channel = { workspaceId: WORKSPACE, channelId: 'C0' };
  expect(await refreshPost(context, channel, postId ?? '')).toEqual({ kind: 'unknown' });
});

describe('a cause', () => {
  test('that cannot be read is set aside, told once, and looked for anew', async () => {
    await using desk = await openWatched();
    fail(desk, FIRST);
    await desk.minutes(1);
    await spoil(desk, 'failures', 'causes', `job_id = '${FIRST}'`);
    await desk.db.updateTable('posts').set({ wanted_version: 9, due_at: 0 }).execute();
    await desk.minutes(1);
    await watch(desk);
    await watch(desk);
    expect(alerts(desk)).toEqual(['rows_set_aside']);
    const row = await desk.db.selectFrom('failures').selectAll().where('job_id', '=', FIRST).executeTakeFirstOrThrow();
    expect(row.causes).toBe('{}');
    expect(row.wanted_since).not.toBeNull();
  });
});

describe('a job whose state cannot be read', () => {
  test('is told as recovered when it had failed', async () => {
    await using desk = await openWatched();
    fail(desk, FIRST);
    await desk.minutes(1);
    await spoil(desk, 'jobs', 'state', `job_id = '${FIRST}'`);
    desk.answers.delete(FIRST);
    await desk.minutes(10);
    expect(desk.told('C0')).toContain('0 recovered');
    const row = await desk.db.selectFrom('failures').selectAll().where('job_id', '=', FIRST).executeTakeFirstOrThrow();
    expect(row.recovered_at).not.toBeNull();
  });

  test('and that is as it was is told as nothing', async () => {
    await using desk = await openWatched();
    const before = desk.told('C0').length;
    await spoil(desk, 'jobs', 'state', 'true');
    await desk.minutes(3);
    expect(desk.told('C0').slice(before)).toEqual([]);
  });

  test('time and again is told to the operator once a day', async () => {
    await using desk = await openWatched();
    for (let time = 0; time < 3; time++) {
      await spoil(desk, 'jobs', 'state', `job_id = '${FIRST}'`);
      await desk.minutes(1);
      await watch(desk);
    }
    expect(alerts(desk)).toEqual(['rows_set_aside']);
  });

  test('is no longer kept aside when the operator was told long ago', async () => {
    await using desk = await openWatched();
    await spoil(desk, 'jobs', 'state', `job_id = '${FIRST}'`);
    await desk.minutes(1);
    await watch(desk);
    desk.clock.advance(500 * DAY);
    while (await pruneSome(desk.context, { deliveriesDays: 30, eventsDays: 400, unwatchedDays: 30 }));
    expect(await desk.db.selectFrom('set_aside').selectAll().execute()).toEqual([]);
  });
});

/** Puts an id in a row that is none. Rows refer to each other by it, so that the database must be told to let it be. */
async function spoilId(desk: Desk, table: string, column: string): Promise<void> {
  await sql`pragma foreign_keys = off`.execute(desk.db);
  if (table === 'audit')
    await sql`insert into audit (at, workspace_id, channel_id, user_id, action, connection_id, job_id)
      values (1, ${WORKSPACE}, 'C0', 'UANA', 'subscribe', ${CONNECTION}, 'no job')`.execute(desk.db);
  else await spoil(desk, table, column, `${column} = '${FIRST}'`, 'no job');
  await sql`pragma foreign_keys = on`.execute(desk.db);
}

test.each([
  ['jobs', 'job_id'],
  ['subscriptions', 'job_id'],
  ['failures', 'job_id'],
  ['event_reads', 'job_id'],
  ['audit', 'job_id'],
  ['deliveries', 'subject'],
  ['job_events', 'job_id'],
  ['listed_jobs', 'job_id'],
  ['listed_jobs', 'parent_id'],
])('an id in %s.%s that is none keeps nothing else from going on', async (table, column) => {
  await using desk = await openWatched();
  await desk.context.store.saveJobList({
    connectionId: CONNECTION,
    listing: listing([
      { jobId: FIRST, name: 'a' },
      { jobId: SECOND, name: 'b' },
      { jobId: jobNumber(2), parentId: FIRST },
    ]),
    now: desk.clock.now(),
  });
  fail(desk, FIRST, SECOND);
  desk.clock.advance(MINUTE);
  await pollDueJobs(desk.context);
  await spoilId(desk, table, column);
  const { store } = desk.context;
  const channel = { workspaceId: WORKSPACE, channelId: 'C0' };
  await desk.minutes(3);
  await watch(desk);
  expect(failuresTold(desk)).toContain('1 INCRE_TRANSFER_FAILED');
  const second = await store.findJob({ connectionId: CONNECTION, jobId: SECOND });
  expect(desk.clock.now() - (second?.state.checkedAt ?? 0)).toBeLessThan(2 * MINUTE);
  expect((await store.listSubscriptions(channel)).map((one) => one.jobId)).toContain(SECOND);
  expect((await store.listWorkspaceSubscriptions(WORKSPACE)).map((one) => one.jobId)).toContain(SECOND);
  const audited = await store.pageAudit({ channel, job: null, before: null, limit: 10 });
  expect(audited.entries.map((entry) => entry.job?.jobId)).toContain(SECOND);
  expect((await store.listAuditedJobs(channel)).map((job) => job.jobId)).toContain(SECOND);
  const listed = await store.findListedJobs(CONNECTION, null);
  expect(listed.map((job) => job.jobId)).toContain(SECOND);
  await store.findSubJobs(CONNECTION, [FIRST, SECOND]);
  await store.findNamedJobs(CONNECTION);
  await readJobsWithDetails(desk.context, [SECOND], 'en');
  expect(desk.logged.filter((one) => one.level === 'error').length).toBeLessThanOrEqual(1);
});

test('a time without sight that cannot be read is set aside, and is over as soon as DRS answers', async () => {
  await using desk = await openWatched();
  const rules = { pollMs: MINUTE, polls: 1, leastMs: 0, maxPassMs: MINUTE };
  const pass = async (why: Explanation | null) => {
    const sight = { at: desk.clock.now(), why };
    return await desk.context.store.noteSight({ connectionId: CONNECTION, sight, nextTryAt: null, rules });
  };
  await pass(explanation('timeout'));
  await spoil(desk, 'blind_episodes', 'episode', 'true');
  expect((await pass(null)).episode).toBeNull();
  const aside = await desk.db.selectFrom('set_aside').select(['what', 'row_key', 'content']).execute();
  expect(aside).toEqual([{ what: 'episode', row_key: CONNECTION, content: '{' }]);
  const open = await desk.db.selectFrom('blind_episodes').select('id').where('ended_at', 'is', null).execute();
  expect(open).toEqual([]);
});
