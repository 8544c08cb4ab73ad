import type { Turn, TurnClaim, TurnRequest } from '../../ports/store/outbox.ts';
import type { Db } from '../rows/schema.ts';
import { beginTrial, msUntilTrialIn } from '../channels/pauses.ts';
import { claimChange } from './changes.ts';
import type { Claim, Claimed } from './claim.ts';
import { claimSearch } from './searches.ts';
import { claimSend } from './sends.ts';
import { whatWaits } from './waiting.ts';
import type { Waiting } from './waiting.ts';

/**
 * The next thing to do in Slack: a first message, a page of a search, or a change of a message that is there. Each has a
 * pace of its own in its workspace, so that none waits for another.
 */
export async function claimTurn(db: Db, claim: Omit<Claim, 'tx'>): Promise<TurnClaim> {
  const { clock, request } = claim;
  const { workspaceId } = request;
  if (!Object.values(await whatWaits(db, workspaceId)).includes(true)) return { kind: 'idle', nextInMs: null };
  return await db.transaction().execute(async (tx) => {
    for (;;) {
      const waits: number[] = [];
      const turn = await firstTurn({ ...claim, tx }, kindsOf(await whatWaits(tx, workspaceId), request), waits);
      if (turn === 'look again') continue;
      if (turn !== null) {
        await beginTrial(tx, turn.lease, clock, clock + request.leaseMs);
        return turn;
      }
      const trialMs = await msUntilTrialIn(tx, workspaceId, clock);
      if (trialMs !== null) waits.push(trialMs);
      return { kind: 'idle', nextInMs: waits.length === 0 ? null : Math.min(...waits) };
    }
  });
}

type ClaimKind = (claim: Claim) => Promise<Claimed>;

function kindsOf({ sends, searches, changes }: Waiting, { postId }: TurnRequest): readonly ClaimKind[] {
  const isForAll = postId === undefined;
  return [
    ...(sends && isForAll ? [claimSend] : []),
    ...(searches && isForAll ? [claimSearch] : []),
    ...(changes ? [claimChange] : []),
  ];
}

async function firstTurn(
  claim: Claim,
  kinds: readonly ClaimKind[],
  waits: number[],
): Promise<Turn | null | 'look again'> {
  for (const claimKind of kinds) {
    const claimed = await claimKind(claim);
    if (typeof claimed === 'number') waits.push(claimed);
    else if (claimed !== null) return claimed;
  }
  return null;
}
