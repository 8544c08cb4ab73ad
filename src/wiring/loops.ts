import { endsWithin } from '../domain/base/ends-within.ts';
import { msUntilQuietMinute } from '../domain/base/quiet-minute.ts';
import { SECOND } from '../domain/base/time.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import type { LoopName } from '../domain/vital-signs.ts';
import { systemClock } from '../runtime/clock.ts';
import { ConcurrencyLimit } from '../runtime/concurrency-limit.ts';
import { Loop } from '../runtime/loop.ts';
import { findCauses } from '../use-cases/polling/find-causes.ts';
import { readAboutEvents } from '../use-cases/polling/read-about-events.ts';
import { createReview, reviewReader } from '../use-cases/subscribing/review-channels.ts';
import type { ReviewDeps } from '../use-cases/subscribing/review-channels.ts';
import { claimTurn, runClaimed } from '../use-cases/telling/dispatch-deliveries.ts';
import type { Slack, TellDeps } from '../use-cases/telling/dispatch-deliveries.ts';
import { tellPauses } from '../use-cases/telling/tell-pauses.ts';
import { pruneSome } from '../use-cases/upkeep/prune.ts';
import type { Keep } from '../use-cases/upkeep/prune.ts';
import { createWatch } from '../use-cases/upkeep/watch-operations.ts';
import type { Parts } from './parts.ts';
import type { Polling } from './polling.ts';

/** Posts and pages that are under way at the same time: so many may hang before others wait. */
const MAX_TURNS = 50;
/** The maximum idle time of a loop that new work wakes, in ms. */
const MAX_IDLE_MS = 5 * SECOND;
/** A stop waits this long, in ms, for a poll and posts in progress. What is still open then is safe: its lease expires. */
const WORK_GRACE_MS = 4 * SECOND;

/** Everything that turns beside the poller. */
export interface Loops {
  start(): void;
  /** Of those that new work concerns. */
  wake(): void;
  /** Ends them and the poller after what they are at, but waits no longer than the grace. */
  end(polling: Polling): Promise<void>;
}

/** @param rereadTokens looks whether a token of Slack was replaced in its file */
export function createLoops(
  parts: Parts & ReviewDeps,
  slack: Slack,
  keep: Keep,
  rereadTokens: () => Promise<void>,
): Loops {
  const { clock, log, vitals, workspaceId, durations } = parts;
  const turns = new ConcurrencyLimit(MAX_TURNS);
  const telling = { ...parts, mayBeTold: (channel: ChannelKey) => reviewReader(parts, channel) };
  const watched = (name: LoopName, once: () => Promise<number>) => new Loop(name, vitals.timed(name, once), clock, log);
  const woken = [
    watched('dispatcher', () => dispatch(telling, slack, turns)),
    watched('causes', () => searchCauses(parts)),
  ];
  const prune = async () =>
    (await pruneSome(parts, keep)) ? durations.pruneBreathMs : msUntilQuietMinute(clock.now());
  const watchOnce = createWatch(parts);
  const watch = async () => {
    await rereadTokens();
    await tellPauses(parts);
    return await watchOnce();
  };
  const all = [
    ...woken,
    // Nobody waits for these, and nothing wakes them.
    new Loop('review', createReview(parts, workspaceId), clock, log),
    new Loop('watch', watch, clock, log),
    new Loop('prune', prune, clock, log),
  ];
  return {
    start: () => all.forEach((each) => each.start()),
    wake: () => woken.forEach((each) => each.wake()),
    async end(polling) {
      const ended = async () => {
        await Promise.all([polling.end(), ...all.map((each) => each.stop())]);
        await turns.drained();
      };
      await endsWithin(WORK_GRACE_MS, ended(), systemClock);
    },
  };
}

/** Begins whatever is next in Slack; a message or a page that hangs holds up no other. */
async function dispatch(parts: Parts & TellDeps, slack: Slack, turns: ConcurrencyLimit): Promise<number> {
  await turns.waitForRoom();
  const claim = await claimTurn(parts);
  if (claim.kind === 'idle') return Math.min(claim.nextInMs ?? MAX_IDLE_MS, MAX_IDLE_MS);
  turns.run(async () => {
    try {
      await parts.vitals.measured('channel', () => runClaimed(parts, slack, claim));
    } catch (error) {
      parts.log.error({ err: error, channel: claim.turn.lease.channelId }, 'a turn in a channel failed');
    }
    parts.wakeLoops();
  });
  return 0;
}

/** Why jobs failed, and what else is read about events after they were told. */
async function searchCauses(parts: Parts): Promise<number> {
  const { wanted, found } = await findCauses(parts);
  if ((await readAboutEvents(parts)) > 0) return 0;
  return wanted > 0 && wanted === found ? 0 : Math.min(parts.durations.causeRetryMs, MAX_IDLE_MS);
}
