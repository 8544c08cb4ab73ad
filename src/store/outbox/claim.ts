import { sql } from 'kysely';

import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Turn, TurnRequest } from '../../ports/store/outbox.ts';
import type { Tx } from '../rows/schema.ts';
import { isHeldBack } from '../channels/pauses.ts';
import { isFree, msUntil } from '../rows/timed-work.ts';

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

/**
 * What a kind of work makes of a claim: a turn; or how many ms it is until there is one, null: there is nothing to do; or
 * something settled on the way that may lead to more.
 */
export type Claimed = Turn | number | null | 'look again';

/**
 * The posts of a workspace with some timed work, where posts go out: nothing is refused there, or it is time for a trial. With
 * how long it is until that is due and nobody has the post, in ms; the soonest first.
 */
export function postsToWorkOn(
  { tx, clock, request: { workspaceId } }: Claim,
  dueAt: 'posts.look_at' | 'posts.due_at',
  setAt: 'posts.look_set_at' | 'posts.set_at',
) {
  const free = isFree(clock, { until: 'posts.lease_until', leasedAt: 'posts.leased_at' });
  return tx
    .selectFrom('posts')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .innerJoin('workspaces', 'workspaces.id', 'posts.workspace_id')
    .selectAll('posts')
    .select(['channels.conversation_id', 'channels.last_ts'])
    .select(
      sql<number>`case when ${free} then ${msUntil(dueAt, setAt, clock)} else posts.lease_until - ${clock} end`.as(
        'wait_ms',
      ),
    )
    .where('posts.workspace_id', '=', workspaceId)
    .where((eb) => eb.not(isHeldBack('posts', clock)))
    .where(dueAt, 'is not', null)
    .orderBy('wait_ms')
    .limit(1);
}

/** What a post's row says while somebody works on it. */
export function leaseOf({ clock, request: { token } }: Claim, leaseMs: number) {
  return { lease_token: token, lease_until: clock + leaseMs, leased_at: clock };
}
