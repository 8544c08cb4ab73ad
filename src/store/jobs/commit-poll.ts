import { endsSubscriptions } from '../../domain/job/job-event.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import type { JobKey } from '../../domain/job/job.ts';
import { wantEdit } from '../rows/want-edit.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import type { Closing } from '../../domain/post/closing.ts';
import { GONE_AWAITED_FOR_MS } from '../../domain/poll/absence.ts';
import type { JobState } from '../../domain/job/job-state.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { CommittedPoll, PollResult } from '../../ports/store/jobs.ts';
import { audit } from '../rows/audit.ts';
import { encode } from '../rows/codec.ts';
import { openEventRead } from './event-reads.ts';
import { closeFailures, openFailure } from './failures.ts';
import { hasAwaited, IS_WATCHED, resumeSubscriptions } from './awaited-subscriptions.ts';
import { findNamesake } from './namesakes.ts';
import { writeMemories } from './samples.ts';
import { writeEvent } from './write-event.ts';
import { noteFollowed } from '../rows/rule-endings.ts';
import { ReusedQuery } from '../rows/reused-query.ts';
import { ofJob } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';

interface Poll {
  readonly token: string;
  readonly connectionId: string;
  readonly now: EpochMs;
  readonly results: readonly PollResult[];
}

/** Job states, events, deliveries and ended subscriptions of one poll, in one transaction and few statements. */
export async function commitPoll(db: Db, clock: EpochMs, poll: Poll): Promise<CommittedPoll> {
  if (poll.results.length === 0) return { committed: [], deliveries: 0 };
  return await db.transaction().execute(async (tx) => {
    const leased = new Map((await findLeased.run(tx, poll)).map((row) => [row.job_id, row]));
    const found = poll.results.flatMap((result) => {
      const row = leased.get(result.jobId);
      return row === undefined ? [] : [{ result, row }];
    });
    const alive = found.flatMap(({ result: { jobId, state }, row }) =>
      row.ended_at !== null && state.over === null && state.report !== null ? [jobId] : [],
    );
    const resumed = await resumeSubscriptions(tx, poll.connectionId, alive, poll.now);
    const held = found.map(({ result, row }) => ({
      result,
      isWatched: row.is_watched === 1 || resumed.jobIds.has(result.jobId),
      isAwaited: row.is_awaited === 1,
      lastEvent: row.event_number,
      before: { checkedAt: row.answered_at, termsAt: row.terms_at },
    }));
    const kept = held.filter(({ result, isWatched }) => result.state.report !== null || isWatched);
    if (kept.length > 0) await writeJobs.run(tx, { ...poll, clock, held: kept });
    await forgetJobs(
      tx,
      poll.connectionId,
      held.filter((one) => !kept.includes(one)),
    );
    const watched = kept.flatMap(({ result, isWatched }) => (isWatched ? [result] : []));
    await writeMemories(tx, { connectionId: poll.connectionId, results: watched });
    const deliveries = resumed.channels + (await writeEvents(tx, poll, kept));
    return { committed: held.map(({ result }) => result.jobId), deliveries };
  });
}

/** A result whose job is still leased to us. */
interface HeldResult {
  readonly result: PollResult;
  /** Some channel watches the job. */
  readonly isWatched: boolean;
  /** Some channel watches it again should it come back. */
  readonly isAwaited: boolean;
  /** Number of its last event. */
  readonly lastEvent: number;
  /** When it was last looked at before, and when DRS last said on what terms it keeps the job; null for never. */
  readonly before: { readonly checkedAt: EpochMs | null; readonly termsAt: EpochMs | null };
}

/** The jobs whose lease is still ours. */
const findLeased = new ReusedQuery(
  (db: Db, { token, connectionId, now }: Poll) =>
    db
      .selectFrom('jobs')
      .select([
        'job_id',
        'event_number',
        'ended_at',
        'answered_at',
        'terms_at',
        IS_WATCHED.as('is_watched'),
        hasAwaited(now).as('is_awaited'),
      ])
      .where('lease_token', '=', token)
      .where('connection_id', '=', connectionId),
  ({ token, connectionId, now }) => [now - GONE_AWAITED_FOR_MS, token, connectionId],
);

type HeldPoll = Poll & { readonly clock: EpochMs; readonly held: readonly HeldResult[] };

/** Somebody watches the job, or awaits that one which is gone comes back. */
function isAsked({ isWatched, isAwaited }: Pick<HeldResult, 'isWatched' | 'isAwaited'>, { over }: JobState): boolean {
  return isWatched || (isAwaited && over === 'gone');
}

function toRows({ connectionId, now, clock, held }: HeldPoll) {
  return held.map(({ result, lastEvent, isWatched, isAwaited }) => {
    const { jobId, state, nextPollAt } = result;
    const isPolled = isAsked({ isWatched, isAwaited }, state);
    return {
      connection_id: connectionId,
      job_id: jobId,
      status: state.report?.status ?? null,
      state: encode(state),
      event_number: lastEvent + result.events.length,
      asked_at: now,
      next_poll_at: isPolled ? nextPollAt : null,
      waiting_since: isPolled ? (result.waitingSince ?? nextPollAt) : null,
      poll_set_at: clock,
      ended_at: state.over === null ? null : now,
      ask_alone: result.askAlone ? 1 : 0,
      refusals: result.refusals,
      missing_since: state.missing?.since ?? null,
      answered_at: state.checkedAt,
      unreadable_at: state.alone?.toldAt ?? null,
      created_at: now,
    };
  });
}

/** One statement for the whole batch: an insert that always meets its rows, because an update cannot take many values. */
const writeJobs = new ReusedQuery(
  (db: Db, poll: HeldPoll) =>
    db
      .insertInto('jobs')
      .values(toRows(poll))
      .onConflict((conflict) =>
        conflict.columns(['connection_id', 'job_id']).doUpdateSet((eb) => ({
          status: eb.ref('excluded.status'),
          state: eb.ref('excluded.state'),
          event_number: eb.ref('excluded.event_number'),
          asked_at: eb.ref('excluded.asked_at'),
          next_poll_at: eb.ref('excluded.next_poll_at'),
          waiting_since: eb.ref('excluded.waiting_since'),
          poll_set_at: eb.ref('excluded.poll_set_at'),
          ended_at: eb
            .case()
            .when('excluded.ended_at', 'is', null)
            .then(null)
            .else(eb.fn.coalesce('jobs.ended_at', 'excluded.ended_at'))
            .end(),
          ask_alone: eb.ref('excluded.ask_alone'),
          refusals: eb.ref('excluded.refusals'),
          missing_since: eb.ref('excluded.missing_since'),
          answered_at: eb.ref('excluded.answered_at'),
          unreadable_at: eb.ref('excluded.unreadable_at'),
          lease_token: null,
          lease_until: null,
        })),
      ),
  (poll) => [...toRows(poll).flatMap((row) => Object.values(row)), null, null],
);

/** Somebody once asked about an id that DRS does not know: nothing worth keeping. */
async function forgetJobs(tx: Tx, connectionId: string, forgotten: readonly HeldResult[]): Promise<void> {
  if (forgotten.length === 0) return;
  const jobIds = forgotten.map(({ result }) => result.jobId);
  await tx.deleteFrom('jobs').where('connection_id', '=', connectionId).where('job_id', 'in', jobIds).execute();
}

async function writeEvents(tx: Tx, poll: Poll, held: readonly HeldResult[]): Promise<number> {
  let deliveries = 0;
  for (const { result, lastEvent, before } of held) {
    const { jobId, events } = result;
    const job = { connectionId: poll.connectionId, jobId };
    for (const [index, event] of events.entries()) {
      const number = lastEvent + index + 1;
      const told = await writeEvent(tx, job, { number, event }, poll.now);
      const isNewFailure = event.kind === 'status_changed' && statusGroup(event.to) === 'failed';
      if (isNewFailure) await openFailure(tx, job, number, told > 0 ? poll.now : null);
      if (told > 0) await openEventRead(tx, job, { number, event }, before, poll.now);
      const closing = closingBy(event);
      if (closing !== null) await closeFailures(tx, job, closing, poll.now);
      await noteFollowed(tx, job, { number, event }, poll.now);
      if (endsSubscriptions(event)) await findNamesake(tx, job, number, poll.now);
      deliveries += told;
    }
    if (hasTurned(result, poll.now)) await keepCurrent(tx, job, 'flapping', poll.now);
    if (events.some(({ kind }) => kind === 'readable_again')) await keepCurrent(tx, job, 'unreadable', poll.now);
    if (events.some(endsSubscriptions)) await endSubscriptions(tx, job, events, poll.now);
  }
  return deliveries;
}

/** A flapping job failed or worked again just now, or no longer flaps: the message that says so is kept current. */
function hasTurned({ state: { flapping }, events }: PollResult, now: EpochMs): boolean {
  return flapping === null ? events.some(({ kind }) => ENDS_FLAPPING.has(kind)) : flapping.quietSince === now;
}

const ENDS_FLAPPING: ReadonlySet<string> = new Set<JobEvent['kind']>(['settled', 'status_changed', 'ended', 'gone']);

/** The message about the last event of this kind shows how the job is by now. */
async function keepCurrent(tx: Tx, job: JobKey, kind: JobEvent['kind'], now: EpochMs): Promise<void> {
  const told = await tx
    .selectFrom('job_events')
    .select((eb) => eb.fn.max<number | null>('number').as('number'))
    .where((eb) => eb.and(ofJob(job)))
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  if (told.number !== null) await wantEdit(tx, job, told.number, now);
}

/** What an event makes of a failure that was told before it; null: the job is failed still. */
function closingBy(event: JobEvent): Closing | null {
  switch (event.kind) {
    case 'recovered':
      return { how: 'recovered', at: event.workingAt };
    case 'ended':
    case 'gone':
    case 'flapping':
      return { how: event.kind, at: event.at };
    case 'status_changed':
      return statusGroup(event.to) === 'paused' ? { how: 'paused', at: event.at } : null;
    default:
      return null;
  }
}

async function endSubscriptions(tx: Tx, job: JobKey, events: readonly JobEvent[], now: EpochMs): Promise<void> {
  const reason = events.some((event) => event.kind === 'gone') ? 'job_gone' : 'job_ended';
  const ended = await tx
    .updateTable('subscriptions')
    .set({ ended_at: now, end_reason: reason })
    .where((eb) => eb.and(ofJob(job)))
    .where('ended_at', 'is', null)
    .returning(['workspace_id', 'channel_id', 'created_by'])
    .execute();
  for (const { workspace_id: workspaceId, channel_id: channelId, created_by: by } of ended) {
    const bot = { workspaceId, channelId, userId: null };
    const before = { subscribed: true, by };
    await audit(tx, bot, 'unsubscribe', job, now, before, { subscribed: false, reason });
  }
}
