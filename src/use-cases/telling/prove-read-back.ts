import type { ReadBack } from '../../domain/post/read-back.ts';
import type { SearchOutcome } from '../../domain/post/post.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { History } from '../../ports.ts';
import type { Context } from '../context.ts';

/**
 * One turn: a message just posted in a channel where that was never seen to work is read back. Only then does it mean
 * something when another is not there. False when no channel was due.
 */
export async function proveReadBack(context: Context, history: History): Promise<boolean> {
  const { store, clock, durations, log, workspaceId } = context;
  const trial = await store.claimReadBack({ workspaceId, everyMs: durations.readBackEveryMs });
  if (trial === null) return false;
  const outcome = await history.search(trial.search);
  const readBack = meaningOf(outcome, clock.now());
  await store.saveReadBack(trial.channel, readBack);
  const facts = { channel: trial.channel.channelId, readBack: readBack.kind };
  if (readBack.kind === 'refused')
    log.info({ ...facts, reason: readBack.reason }, 'messages here are told at least once');
  else log.debug(facts, 'tried to read a message back');
  return true;
}

function meaningOf(outcome: SearchOutcome, now: EpochMs): ReadBack {
  switch (outcome.kind) {
    case 'found':
      return { kind: 'proven', since: now };
    case 'refused':
      return { kind: 'refused', reason: outcome.reason };
    case 'absent':
      return outcome.ownSeen ? { kind: 'proven', since: now } : { kind: 'untried' };
    case 'again':
      return { kind: 'untried' };
  }
}
