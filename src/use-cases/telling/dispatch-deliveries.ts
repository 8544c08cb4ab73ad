import { HELD } from '../../domain/access.ts';
import { DAY, MINUTE, SECOND } from '../../domain/base/time.ts';
import { DEFAULT_INCIDENT_RULES } from '../../domain/post/incident.ts';
import type { IncidentRules } from '../../domain/post/incident.ts';
import { isOver } from '../../domain/post/is-over.ts';
import type { Pace } from '../../domain/post/pace.ts';
import { decideSearch } from '../../domain/post/reconcile.ts';
import type { SearchPauses } from '../../domain/post/reconcile.ts';
import { decideSettlement } from '../../domain/post/settle-post.ts';
import type { SendPauses } from '../../domain/post/settle-post.ts';
import type { SearchOutcome, SendOutcome } from '../../domain/post/post.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { History, Notifier } from '../../ports/slack.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { NewId } from '../../ports/new-id.ts';
import type { OutboxStore, Recorded, Turn, TurnClaim } from '../../ports/store/outbox.ts';
import type { Vitals } from '../upkeep/vitals.ts';

/** A search that has taken longer than this, in ms, says so. */
export const SEARCH_SAY_MS = MINUTE;

/** In ms, besides the pauses after what went wrong. */
export interface TellTimes extends SendPauses, SearchPauses {
  /** How long Slack may take to answer one call. */
  readonly slackTimeoutMs: number;
  /** The right to send a post, or to read a page for one, expires after this; longer than Slack may take to answer. */
  readonly channelLeaseMs: number;
  /** Between two posts to one channel: Slack allows about one a second. */
  readonly postPaceMs: number;
  /** Posts to a whole workspace: Slack allows several hundred a minute. */
  readonly workspacePace: Pace;
  /** Pages read in a whole workspace: Slack lets an app read 50 times a minute, or says that it does not. */
  readonly readPace: Pace;
  /** Edits of messages in the whole workspace: Slack allows 50 a minute. */
  readonly editPace: Pace;
  /** How long news is collected, and what becomes an incident. */
  readonly incidents: IncidentRules;
}

/** What they are unless somebody says otherwise. */
export const TELL_TIMES: TellTimes = {
  slackTimeoutMs: 10 * SECOND,
  channelLeaseMs: 15 * SECOND,
  postPaceMs: SECOND,
  workspacePace: { everyMs: 200, burst: 10 },
  readPace: { everyMs: 1.25 * SECOND, burst: 3 },
  editPace: { everyMs: 1.25 * SECOND, burst: 5 },
  reconcileAfterMs: 30 * SECOND,
  // A message may take a moment to appear in a channel's history.
  reconcileAgainMs: 30 * SECOND,
  searchGiveUpMs: 15 * MINUTE,
  firstRetryMs: SECOND,
  longestRetryMs: 5 * MINUTE,
  longestEditRetryMs: DAY,
  incidents: DEFAULT_INCIDENT_RULES,
};

/** What is to be done now, by whoever claimed it. */
export interface ClaimedTurn {
  readonly kind: 'claimed';
  readonly turn: Turn;
  /** No request may begin after this, on the monotonic clock: it could outlive the lease. */
  readonly lastStartAt: number;
}

/** What one turn did. */
export type DispatchReport =
  | { readonly kind: 'sent' | 'edited' | 'removed'; readonly outcome: SendOutcome['kind'] }
  | { readonly kind: 'searched'; readonly outcome: SearchOutcome['kind'] }
  /** There was no time left to do it. */
  | { readonly kind: 'nothing' };

/** Speaks to Slack and reads back what was said. */
export interface Slack {
  readonly notifier: Notifier;
  readonly history: History;
}

/** What speaking to Slack takes. */
export interface TellDeps {
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly durations: TellTimes;
  /** A number from 0 (inclusive) to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly workspaceId: string;
  /** Knows of the pass that is under way; without it, none is. */
  readonly vitals?: Pick<Vitals, 'passBeganAt'>;
  /** Whether those who read a channel may be told things; without it, everybody may. */
  readonly mayBeTold?: (channel: ChannelKey) => Promise<boolean>;
}

/** A turn with a message: its first one, a change of it, or the end of a copy. */
type MessageTurn = Exclude<Turn, { readonly kind: 'search' }>;

/**
 * Takes whatever has waited longest for its turn in Slack.
 *
 * @param postId only a change of this post's message
 */
export async function claimTurn(
  { store, newId, clock, durations, workspaceId, vitals }: TellDeps,
  postId?: string,
): Promise<ClaimedTurn | Extract<TurnClaim, { readonly kind: 'idle' }>> {
  const { channelLeaseMs, reconcileAfterMs, slackTimeoutMs } = durations;
  // Read before the claim, so that the time a slow database takes is not counted on.
  const before = clock.monotonic();
  // An uncertain change can still arrive until it has timed out; before that nobody changes the message again.
  const editLeaseMs = reconcileAfterMs + slackTimeoutMs;
  const turn = await store.claimTurn({
    workspaceId,
    postId,
    token: newId(),
    leaseMs: channelLeaseMs,
    editLeaseMs,
    newPostId: newId(),
    news: { rules: durations.incidents, passBeganAt: vitals?.passBeganAt ?? null },
    now: clock.now(),
    paceMs: durations.postPaceMs,
    pace: durations.workspacePace,
    editPace: durations.editPace,
    readPace: durations.readPace,
    reconcileAfterMs,
  });
  if (turn.kind === 'idle') return turn;
  const isChange = turn.kind === 'edit' || turn.kind === 'remove';
  return { kind: 'claimed', turn, lastStartAt: before + (isChange ? slackTimeoutMs : channelLeaseMs - slackTimeoutMs) };
}

/** One turn that was claimed: one request to Slack, and the record of how it ended. Gives the post back. */
export async function runClaimed(
  deps: TellDeps,
  slack: Slack,
  { turn, lastStartAt }: ClaimedTurn,
): Promise<DispatchReport> {
  return turn.kind === 'search'
    ? await giveBackOnFault(deps, turn, () => search(deps, slack.history, turn))
    : await speak(deps, slack.notifier, turn, lastStartAt);
}

/** The same for a turn with a message. */
export async function speak(
  deps: TellDeps,
  notifier: Notifier,
  turn: MessageTurn,
  lastStartAt: number,
): Promise<DispatchReport> {
  const { store, clock, log, mayBeTold } = deps;
  // Rights are looked at when something is told, not only when it is asked for.
  if ((await mayBeTold?.(turn.lease)) === false) return await leaveUntold(deps, turn);
  if (clock.monotonic() <= lastStartAt) return await giveBackOnFault(deps, turn, () => tell(deps, notifier, turn));
  // Somebody else may have the post by now, and must not meet our message there.
  log.warn(factsOf(turn), 'nothing was sent: the right to a post was about to expire');
  await store.releaseTurn(turn.lease);
  return { kind: 'nothing' };
}

/** What a person may not be told waits with the rest of the channel, which is held back by now. */
async function leaveUntold({ store }: TellDeps, turn: MessageTurn): Promise<DispatchReport> {
  const plain = turn.kind === 'send' && turn.post.plain;
  const untold = { kind: 'try_again', afterMs: 0, plain, reason: HELD.reader_not_allowed } as const;
  await store.settlePost(turn.lease, turn.post, untold);
  return { kind: 'nothing' };
}

async function giveBackOnFault<T>({ store }: TellDeps, { lease }: Turn, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await store.releaseTurn(lease);
    throw error;
  }
}

const DONE = { send: 'sent', edit: 'edited', remove: 'removed' } as const;

async function tell(
  { store, clock, durations, random, log }: TellDeps,
  notifier: Notifier,
  turn: MessageTurn,
): Promise<DispatchReport> {
  const outcome = await attempt(notifier, turn);
  const attempted = turn.kind === 'edit' ? { ...turn, isOver: isOver(turn.post, turn.jobs) } : turn;
  const settlement = decideSettlement(attempted, outcome, clock.now(), random, durations);
  const recorded = await store.settlePost(turn.lease, turn.post, settlement);
  logOutcome(log, turn.kind, { ...factsOf(turn), settlement: settlement.kind }, outcome, recorded);
  return { kind: DONE[turn.kind], outcome: outcome.kind };
}

async function attempt(notifier: Notifier, turn: MessageTurn): Promise<SendOutcome> {
  if (turn.kind === 'send') return await notifier.send(turn.post);
  const message = { channelId: turn.channelId, messageTs: turn.messageTs };
  return turn.kind === 'edit' ? await notifier.edit(turn.post, message, turn.jobs) : await notifier.remove(message);
}

async function search(
  { store, clock, durations, random, log }: TellDeps,
  history: History,
  { lease, open, search: where }: Extract<Turn, { readonly kind: 'search' }>,
): Promise<DispatchReport> {
  const outcome = await history.readPage(where);
  const settlement = decideSearch(open, outcome, clock.now(), random, durations);
  const recorded = await store.settleSearch(lease, where, settlement);
  const { channelId: channel, postId: post } = lease;
  const reason = 'reason' in outcome ? { reason: outcome.reason } : {};
  const facts = { channel, post, page: outcome.kind, settlement: settlement.kind, ...reason, recorded };
  const isLate = open.searchedForMs > SEARCH_SAY_MS;
  log[isLate ? 'warn' : 'info'](
    { ...facts, searchedForMs: open.searchedForMs },
    isLate
      ? 'a post whose outcome is not known is still looked for: Slack lets the bot read its channel only slowly'
      : 'looked for a post whose outcome was not known',
  );
  return { kind: 'searched', outcome: outcome.kind };
}

function factsOf(turn: Turn): object {
  const { channelId: channel, postId: post } = turn.lease;
  return { channel, post, ...(turn.kind === 'send' ? { attempt: turn.post.attempt } : {}) };
}

const WELL = { send: 'posted', edit: 'edited', remove: 'a copy of a post was taken away' } as const;
const NOT_WELL = {
  send: 'a post was not delivered',
  edit: 'a message was not edited',
  remove: 'a copy of a post was not taken away',
} as const;

function logOutcome(
  log: Log,
  kind: MessageTurn['kind'],
  facts: object,
  outcome: SendOutcome,
  recorded: Recorded,
): void {
  if (recorded === 'copy') log.warn(facts, 'a post was sent twice; this copy of it will be taken away');
  if (recorded === 'lease_lost') log.warn(facts, 'the right to a post was lost before the outcome was recorded');
  if (outcome.kind === (kind === 'remove' ? 'gone' : 'delivered')) return log.debug(facts, WELL[kind]);
  const why = { ...facts, outcome: outcome.kind, ...('reason' in outcome ? { reason: outcome.reason } : {}) };
  if (kind === 'send' && outcome.kind === 'refused' && outcome.what === 'workspace') {
    return log.error(
      why,
      `Slack refuses everything this bot posts (${outcome.reason}): what is owed waits and is tried again, at once after a restart; mend the app or its token`,
    );
  }
  log.warn(why, NOT_WELL[kind]);
}
