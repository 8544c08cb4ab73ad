import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Turn, TurnClaim, TurnRequest } from '../../ports/store/outbox.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { claimChange, msUntilChange } from './changes.ts';
import { claimSearch, msUntilSearch } from './searches.ts';
import { claimSend, msUntilSend } from './sends.ts';

/** What a claim is made with. */
export interface Claim {
  readonly tx: Tx;
  /** The store's own clock. */
  readonly clock: EpochMs;
  /** What channels read that chose no language. */
  readonly language: Language;
  /** How far Slack's clock is ahead of ours, in ms; null when no answer has told since ours was last set. */
  readonly slackAheadMs: number | null;
  readonly request: TurnRequest;
}

/** What a kind of work makes of a claim: a turn, nothing to do now, or something settled on the way that may lead to more. */
export type Claimed = Turn | 'nothing' | 'look again';

/**
 * The next thing to do in Slack: a first message, a page of a search, or a change of a message that is there. Each has a
 * pace of its own in its workspace, so that none waits for another.
 */
export async function claimTurn(db: Db, claim: Omit<Claim, 'tx'>): Promise<TurnClaim> {
  return await db.transaction().execute(async (tx) => {
    const held = { ...claim, tx };
    const kinds = claim.request.postId === undefined ? [claimSend, claimSearch, claimChange] : [claimChange];
    for (let kind = 0; kind < kinds.length;) {
      const claimed = (await kinds[kind]?.(held)) ?? 'nothing';
      if (typeof claimed === 'object') return claimed;
      kind = claimed === 'nothing' ? kind + 1 : 0;
    }
    return { kind: 'idle', nextInMs: await msUntilNextTurn(held) };
  });
}

async function msUntilNextTurn(claim: Claim): Promise<number | null> {
  const waits = [await msUntilSend(claim), await msUntilSearch(claim), await msUntilChange(claim)];
  const known = waits.filter((wait) => wait !== null);
  return known.length === 0 ? null : Math.min(...known);
}
