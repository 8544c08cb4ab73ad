import { endsSubscriptions } from '../domain/job-event.ts';
import type { JobEvent } from '../domain/job-event.ts';
import type { JobId } from '../domain/job-id.ts';
import { statusGroup } from '../domain/job-status.ts';
import type { EpochMs } from '../domain/time.ts';
import type { CommittedPoll, PollResult } from '../ports.ts';
import { audit } from './audit.ts';
import { storedJobId } from './codec.ts';
import { closeFailures, openFailure } from './failures.ts';
import type { Db, Tx } from './schema.ts';

interface Poll {
  readonly token: string;
  readonly connectionId: string;
  readonly now: EpochMs;
  readonly results: readonly PollResult[];
}

/** Job states, events, deliveries and ended subscriptions of one poll, in one transaction and few statements. */
export async function commitPoll(db: Db, poll: Poll): Promise<CommittedPoll> {
  return await db.transaction().execute(async (tx) => {
    const eventNumbers = await heldJobs(tx, poll);
    const held = poll.results.filter((result) => eventNumbers.has(result.jobId));
    if (held.length === 0) return { committed: [], deliveries: 0 };
    const watched = await watchedJobs(
      tx,
      poll.connectionId,
      held.map((result) => result.jobId),
    );
    const forgotten = held.filter((result) => result.state.report === null && !watched.has(result.jobId));
    const kept = held.filter((result) => !forgotten.includes(result));
    await writeJobs(tx, poll, kept, watched, eventNumbers);
    await forgetJobs(
      tx,
      poll.connectionId,
      forgotten.map((result) => result.jobId),
    );
    const deliveries = await writeEvents(tx, poll, kept, eventNumbers);
    return { committed: held.map((result) => result.jobId), deliveries };
  });
}

/** The jobs whose lease is still ours, with the number of their last event. */
async function heldJobs(tx: Tx, { token, connectionId, results }: Poll): Promise<ReadonlyMap<JobId, number>> {
  if (results.length === 0) return new Map();
  const rows = await tx
    .selectFrom('jobs')
    .select(['job_id', 'event_number'])
    .where('lease_token', '=', token)
    .where('connection_id', '=', connectionId)
    .where(
      'job_id',
      'in',
      results.map((result) => result.jobId),
    )
    .execute();
  return new Map(rows.map((row) => [storedJobId(row.job_id), row.event_number]));
}

async function watchedJobs(tx: Tx, connectionId: string, jobIds: readonly JobId[]): Promise<ReadonlySet<JobId>> {
  const rows = await tx
    .selectFrom('subscriptions')
    .select('job_id')
    .where('connection_id', '=', connectionId)
    .where('job_id', 'in', jobIds)
    .where('ended_at', 'is', null)
    .execute();
  return new Set(rows.map((row) => storedJobId(row.job_id)));
}

/** One statement for the whole batch: an insert that always meets its rows, because an update cannot take many values. */
async function writeJobs(
  tx: Tx,
  { connectionId, now }: Poll,
  results: readonly PollResult[],
  watched: ReadonlySet<JobId>,
  eventNumbers: ReadonlyMap<JobId, number>,
): Promise<void> {
  if (results.length === 0) return;
  await tx
    .insertInto('jobs')
    .values(
      results.map(({ jobId, state, events, nextPollAt, askAlone, refusals }) => ({
        connection_id: connectionId,
        job_id: jobId,
        status: state.report?.status ?? null,
        state: JSON.stringify(state),
        event_number: (eventNumbers.get(jobId) ?? 0) + events.length,
        asked_at: now,
        next_poll_at: watched.has(jobId) ? nextPollAt : null,
        ended_at: state.over === null ? null : now,
        ask_alone: askAlone ? 1 : 0,
        refusals,
        created_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['connection_id', 'job_id']).doUpdateSet((eb) => ({
        status: eb.ref('excluded.status'),
        state: eb.ref('excluded.state'),
        event_number: eb.ref('excluded.event_number'),
        asked_at: eb.ref('excluded.asked_at'),
        next_poll_at: eb.ref('excluded.next_poll_at'),
        ended_at: eb
          .case()
          .when('excluded.ended_at', 'is', null)
          .then(null)
          .else(eb.fn.coalesce('jobs.ended_at', 'excluded.ended_at'))
          .end(),
        ask_alone: eb.ref('excluded.ask_alone'),
        refusals: eb.ref('excluded.refusals'),
        lease_token: null,
        lease_until: null,
      })),
    )
    .execute();
}

/** Somebody once asked about an id that DRS does not know: nothing worth keeping. */
async function forgetJobs(tx: Tx, connectionId: string, jobIds: readonly JobId[]): Promise<void> {
  if (jobIds.length === 0) return;
  await tx.deleteFrom('jobs').where('connection_id', '=', connectionId).where('job_id', 'in', jobIds).execute();
}

async function writeEvents(
  tx: Tx,
  poll: Poll,
  results: readonly PollResult[],
  eventNumbers: ReadonlyMap<JobId, number>,
): Promise<number> {
  let deliveries = 0;
  for (const { jobId, events } of results) {
    const last = eventNumbers.get(jobId) ?? 0;
    for (const [index, event] of events.entries()) {
      deliveries += await writeEvent(tx, poll, jobId, last + index + 1, event);
    }
    if (events.some(endsSubscriptions)) await endSubscriptions(tx, poll, jobId, events);
  }
  return deliveries;
}

async function writeEvent(tx: Tx, poll: Poll, jobId: JobId, number: number, event: JobEvent): Promise<number> {
  const { connectionId, now } = poll;
  await tx
    .insertInto('job_events')
    .values({
      connection_id: connectionId,
      job_id: jobId,
      number,
      kind: event.kind,
      facts: JSON.stringify(event),
      occurred_at: event.at,
    })
    .execute();
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('deliveries')
    .columns(['workspace_id', 'channel_id', 'connection_id', 'job_id', 'event_number', 'created_at'])
    .expression((eb) =>
      eb
        .selectFrom('subscriptions')
        .select((s) => [
          'workspace_id',
          'channel_id',
          'connection_id',
          'job_id',
          s.val(number).as('event_number'),
          s.val(now).as('created_at'),
        ])
        .where('connection_id', '=', connectionId)
        .where('job_id', '=', jobId)
        .where('ended_at', 'is', null)
        .orderBy('id'),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  const deliveries = Number(numInsertedOrUpdatedRows ?? 0n);
  await noteFailure(tx, poll, jobId, number, event, deliveries > 0);
  return deliveries;
}

/** A failure's cause is found later; a recovery is told on the failure's message as well. */
async function noteFailure(
  tx: Tx,
  { connectionId, now }: Poll,
  jobId: JobId,
  number: number,
  event: JobEvent,
  isTold: boolean,
): Promise<void> {
  const job = { connectionId, jobId };
  if (event.kind === 'status_changed' && statusGroup(event.to) === 'failed') {
    await openFailure(tx, job, number, isTold ? now : null);
  }
  if (event.kind === 'recovered') await closeFailures(tx, job, event.workingAt);
}

async function endSubscriptions(
  tx: Tx,
  { connectionId, now }: Poll,
  jobId: JobId,
  events: readonly JobEvent[],
): Promise<void> {
  const reason = events.some((event) => event.kind === 'gone') ? 'job_gone' : 'job_ended';
  const ended = await tx
    .updateTable('subscriptions')
    .set({ ended_at: now, end_reason: reason })
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .where('ended_at', 'is', null)
    .returning(['workspace_id', 'channel_id', 'created_by'])
    .execute();
  for (const { workspace_id: workspaceId, channel_id: channelId, created_by: by } of ended) {
    const bot = { workspaceId, channelId, userId: null };
    const before = { subscribed: true, by };
    await audit(tx, bot, 'unsubscribe', { connectionId, jobId }, now, before, { subscribed: false, reason });
  }
}
