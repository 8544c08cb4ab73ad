import type { SetAsideRow } from '../../domain/post/operator-alert.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { DAY } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { announce, ensureChannel } from './announce.ts';
import type { Request } from './keys.ts';
import type { Db, Tx } from './schema.ts';

/** What could not be read. A closed list: it is also what the operator is told. */
export type UnreadableWhat = 'job' | 'event' | 'announcement' | 'cause' | 'episode';

/** Rows of one message to the operator. */
const MAX_ROWS_TOLD = 10;
/** Characters of a row that are kept, for whoever looks into it. */
const MAX_CONTENT = 20_000;

/**
 * Keeps what could not be read, so that the row it stood in can go on without it and the operator can be told: the same row
 * once a day.
 *
 * @param content as it stood in the row
 */
export async function setAside(
  db: Db,
  row: {
    readonly connectionId: string;
    /** Whose channel was to read it; null for what no workspace owns. */
    readonly workspaceId: string | null;
    readonly what: UnreadableWhat;
    readonly key: string;
    readonly content: string;
    readonly at: EpochMs;
  },
): Promise<void> {
  const known = await db
    .selectFrom('set_aside')
    .select('id')
    .where('connection_id', '=', row.connectionId)
    .where('what', '=', row.what)
    .where('row_key', '=', row.key)
    .where('at', '>', row.at - DAY)
    .where('at', '<=', row.at)
    .executeTakeFirst();
  if (known !== undefined) return;
  await db
    .insertInto('set_aside')
    .values({
      connection_id: row.connectionId,
      workspace_id: row.workspaceId,
      what: row.what,
      row_key: row.key,
      content: row.content.slice(0, MAX_CONTENT),
      at: row.at,
    })
    .execute();
}

export async function reportSetAside(db: Db, request: Request<'reportSetAside'>): Promise<readonly SetAsideRow[]> {
  const { connectionId, channel, now } = request;
  // Nearly always there is nothing: no write lock is taken for that.
  if ((await untold(db, request)).length === 0) return [];
  return await db.transaction().execute(async (tx) => {
    const rows = await untold(tx, request);
    if (rows.length === 0) return [];
    await tx
      .updateTable('set_aside')
      .set({ told_at: now })
      .where(
        'id',
        'in',
        rows.map((row) => row.id),
      )
      .execute();
    const told = rows.map(({ what, row_key: key }) => ({ what, key }));
    if (channel !== null) await tellOperator(tx, channel, connectionId, told, now);
    return told;
  });
}

async function untold(
  db: Db,
  { workspaceId, connectionId }: { readonly workspaceId: string; readonly connectionId: string },
) {
  return await db
    .selectFrom('set_aside')
    .select(['id', 'what', 'row_key'])
    .where('connection_id', '=', connectionId)
    .where((eb) => eb.or([eb('workspace_id', 'is', null), eb('workspace_id', '=', workspaceId)]))
    .where('told_at', 'is', null)
    .orderBy('id')
    .execute();
}

async function tellOperator(
  tx: Tx,
  channel: ChannelKey,
  connectionId: string,
  rows: readonly SetAsideRow[],
  now: EpochMs,
): Promise<void> {
  await ensureChannel(tx, channel, now);
  const alert = { kind: 'rows_set_aside' as const, rows: rows.slice(0, MAX_ROWS_TOLD), count: rows.length };
  await announce(tx, channel, connectionId, { kind: 'signal', signal: alert }, now);
}
