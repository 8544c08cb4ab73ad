import { MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { Turn, TurnRequest } from '../../src/ports/store/outbox.ts';

/** So fast that nothing has to wait for its turn. */
const FREE_PACE = { everyMs: 1, burst: 1_000 };

/** A claim of a turn as far as most tests do not care. */
export const AT_EASE = {
  leaseMs: MINUTE,
  editLeaseMs: MINUTE,
  paceMs: 0,
  pace: FREE_PACE,
  editPace: FREE_PACE,
  readPace: FREE_PACE,
  reconcileAfterMs: 30 * SECOND,
} as const;

/** The change of a post's message that is due, which nobody else has then; null when none is. */
export async function claimChange(
  store: Store,
  postId: string,
  changes: Partial<TurnRequest> & { readonly workspaceId?: string } = {},
): Promise<Extract<Turn, { readonly kind: 'edit' | 'remove' }> | null> {
  const request = { ...AT_EASE, workspaceId: 'T1', token: `change-${++tokens}`, newPostId: 'unused', now: 1 };
  const turn = await store.claimTurn({ ...request, ...changes, postId });
  if (turn.kind === 'idle') return null;
  if (turn.kind === 'send' || turn.kind === 'search') throw new Error(`not a change, but ${turn.kind}`);
  return turn;
}
let tokens = 0;
