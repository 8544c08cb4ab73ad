import { HOUR } from '../../domain/base/time.ts';
import type { Request } from '../rows/keys.ts';
import type { Db } from '../rows/schema.ts';

/** Slack delivers a request again within minutes (docs.slack.dev, "Events API", retries: the last after an hour). */
const KEPT_MS = 2 * HOUR;
/** Old entries that go with each new one, so that there are never many more than there were requests in that time. */
const FORGOTTEN_AT_ONCE = 20;

/** See `claimRequest`. */
export async function claimRequest(db: Db, { workspaceId, key, now }: Request<'claimRequest'>): Promise<boolean> {
  const inserted = await db
    .insertInto('answered_requests')
    .values({ workspace_id: workspaceId, request_key: key, at: now })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'request_key']).doNothing())
    .executeTakeFirstOrThrow();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  // Entries from the future are those of a clock that was set back.
  const old = await db
    .selectFrom('answered_requests')
    .select('request_key')
    .where('workspace_id', '=', workspaceId)
    .where((is) => is.or([is('at', '<', now - KEPT_MS), is('at', '>', now + KEPT_MS)]))
    .limit(FORGOTTEN_AT_ONCE)
    .execute();
  if (old.length === 0) return true;
  const keys = old.map((row) => row.request_key);
  await db
    .deleteFrom('answered_requests')
    .where('workspace_id', '=', workspaceId)
    .where('request_key', 'in', keys)
    .execute();
  return true;
}
