import { sql } from 'kysely';

import { ReusedQuery } from '../rows/reused-query.ts';
import type { Db } from '../rows/schema.ts';

/** What there is to do in Slack at all, due or not. */
export interface Waiting {
  readonly sends: boolean;
  readonly searches: boolean;
  readonly changes: boolean;
  /** Something is refused: a trial may be due where nothing else waits. */
  readonly pauses: boolean;
}

/** Each part ends at the first row of an index that holds only what waits. */
const findWaiting = new ReusedQuery(
  (db: Db, workspaceId: string) =>
    db.selectNoFrom([
      sql<number>`case when exists (select 1 from deliveries where workspace_id = ${workspaceId} and outcome is null)
        or exists (select 1 from posts where workspace_id = ${workspaceId} and message_ts is null and ended is null)
        then 1 else 0 end`.as('sends'),
      sql<number>`case when exists (select 1 from posts where workspace_id = ${workspaceId} and look_at is not null)
        then 1 else 0 end`.as('searches'),
      sql<number>`case when exists (select 1 from posts where workspace_id = ${workspaceId} and due_at is not null)
        then 1 else 0 end`.as('changes'),
      sql<number>`case when exists (select 1 from pauses where workspace_id = ${workspaceId}) then 1 else 0 end`.as(
        'pauses',
      ),
    ]),
  (workspaceId) => [workspaceId, workspaceId, workspaceId, workspaceId, workspaceId],
);

/** A cheap look before the claims, which weigh everything against everything: most of the time nothing waits. */
export async function whatWaits(db: Db, workspaceId: string): Promise<Waiting> {
  const [row] = await findWaiting.run(db, workspaceId);
  return {
    sends: row?.sends === 1,
    searches: row?.searches === 1,
    changes: row?.changes === 1,
    pauses: row?.pauses === 1,
  };
}
