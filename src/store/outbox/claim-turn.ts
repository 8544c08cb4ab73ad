import type { Turn, TurnClaim } from '../../ports/store/outbox.ts';
import type { Db } from '../rows/schema.ts';
import { beginTrial, msUntilTrialIn } from '../channels/pauses.ts';
import { claimChange } from './changes.ts';
import type { Claim, Claimed } from './claim.ts';
import { claimSearch } from './searches.ts';
import { claimSend } from './sends.ts';

/**
 * The next thing to do in Slack: a first message, a page of a search, or a change of a message that is there. Each has a
 * pace of its own in its workspace, so that none waits for another.
 */
export async function claimTurn(db: Db, claim: Omit<Claim, 'tx'>): Promise<TurnClaim> {
  const kinds = claim.request.postId === undefined ? [claimSend, claimSearch, claimChange] : [claimChange];
  return await db.transaction().execute(async (tx) => {
    for (;;) {
      const waits: number[] = [];
      const turn = await firstTurn({ ...claim, tx }, kinds, waits);
      if (turn === 'look again') continue;
      const { clock, request } = claim;
      if (turn !== null) {
        await beginTrial(tx, turn.lease, clock, clock + request.leaseMs);
        return turn;
      }
      const trialMs = await msUntilTrialIn(tx, request.workspaceId, clock);
      if (trialMs !== null) waits.push(trialMs);
      return { kind: 'idle', nextInMs: waits.length === 0 ? null : Math.min(...waits) };
    }
  });
}

async function firstTurn(
  claim: Claim,
  kinds: readonly ((claim: Claim) => Promise<Claimed>)[],
  waits: number[],
): Promise<Turn | null | 'look again'> {
  for (const claimKind of kinds) {
    const claimed = await claimKind(claim);
    if (typeof claimed === 'number') waits.push(claimed);
    else if (claimed !== null) return claimed;
  }
  return null;
}
