import type { Language } from '../../domain/base/language.ts';
import type { ChannelKey, ChannelPause } from '../../domain/subscription.ts';
import { decodeLanguage } from '../rows/codec.ts';
import { forgetPauses, hasten, pausesOf } from './pauses.ts';
import { ReusedQuery } from '../rows/reused-query.ts';
import { bringForward } from '../rows/queue-places.ts';
import { ofChannel } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db } from '../rows/schema.ts';

export async function openWorkspace(db: Db, { id, name, at }: Request<'openWorkspace'>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('workspaces')
      .values({ id, name, created_at: at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, reads_every_ms: 0 }))
      .execute();
    await hasten(tx, { workspaceId: id }, at);
    await forgetPauses(tx, id);
    // The app may have been given new scopes: what could not be read counts as untried.
    await tx
      .updateTable('channels')
      .set({ read_back_refusal: null, read_back_refused_at: null })
      .where('workspace_id', '=', id)
      .where('read_back_refusal', 'is not', null)
      .execute();
  });
}

export async function openConnection(
  db: Db,
  { id, name, endpoint, projectId, at }: Request<'openConnection'>,
): Promise<void> {
  await db
    .insertInto('connections')
    .values({ id, name, endpoint, project_id: projectId, created_at: at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, endpoint, project_id: projectId }))
    .execute();
  await bringForward(db, at);
}

export async function findLastProjectId(db: Db, endpoint: string): Promise<string | null> {
  const row = await db
    .selectFrom('connections')
    .select('project_id')
    .where('endpoint', '=', endpoint)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row?.project_id ?? null;
}

export async function findPause(db: Db, channel: ChannelKey): Promise<ChannelPause | null> {
  const row = await pausesOf(db, channel).selectAll().orderBy('channel_id').executeTakeFirst();
  if (row === undefined) return null;
  const { reason, since, tries, due_at: nextTrialAt } = row;
  return { reason, since, tries, nextTrialAt, waiting: await countPending(db, channel) };
}

export async function countPending(db: Db, { workspaceId, channelId }: ChannelKey): Promise<number> {
  const { count } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
    .where('outcome', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** What somebody chose for the conversation; null when nobody did. */
export async function chosenLanguage(db: Db, channel: ChannelKey): Promise<Language | null> {
  const [row] = await findLanguage.run(db, channel);
  return decodeLanguage(row?.language ?? null);
}

/** Asked for every command and click. */
const findLanguage = new ReusedQuery(
  (db: Db, { workspaceId, channelId }: ChannelKey) =>
    db
      .selectFrom('channels')
      .select('language')
      .where((eb) => eb.and(ofChannel({ workspaceId, channelId }))),
  ({ workspaceId, channelId }) => [workspaceId, channelId],
);

export async function setLanguage(db: Db, { workspaceId, channelId }: ChannelKey, language: Language): Promise<void> {
  await db
    .updateTable('channels')
    .set({ language })
    .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
    .execute();
}
