import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import { HELD_REASONS } from '../../domain/access.ts';
import type { HeldReason } from '../../domain/access.ts';
import { isToBeTold, pauseAfter } from '../../domain/post/pause.ts';
import type { Pause, Refused } from '../../domain/post/pause.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { CHANNEL_SUBJECT } from '../rows/announce.ts';
import { audit } from '../rows/audit.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';
import { isDue } from '../rows/timed-work.ts';

/** Where a row is about all of them: every channel of the workspace, every post of the channel. */
const ALL = '';

/** What is refused: a workspace, a channel of it, or one of its posts. */
export interface PauseKey {
  readonly workspaceId: string;
  readonly channelId?: string;
  readonly postId?: string;
}

function toColumns({ workspaceId, channelId = ALL, postId = ALL }: PauseKey) {
  return { workspace_id: workspaceId, channel_id: channelId, post_id: postId };
}

/** Begins a condition on pauses for which it is not time yet; `of` names the columns it must be about. */
function notYet(clock: EpochMs) {
  return sql`(pauses.due_at is null or not ${isDue('pauses.due_at', 'pauses.set_at', clock)})`;
}

/** Nothing is done in the channel of a row of `table` at present: it or its workspace is paused, and no trial is due. */
export function isHeldBack(table: 'channels' | 'posts', clock: EpochMs) {
  return sql<boolean>`exists (select 1 from pauses where pauses.workspace_id = ${sql.ref(`${table}.workspace_id`)}
    and pauses.channel_id in (${ALL}, ${sql.ref(`${table}.channel_id`)}) and pauses.post_id = ${ALL} and ${notYet(clock)})`;
}

const ownPause = sql`select 1 from pauses where pauses.workspace_id = posts.workspace_id
  and pauses.channel_id = posts.channel_id and pauses.post_id = posts.id`;

/** Slack has refused just the post of that row. */
export const isPausedPost = sql<number>`exists (${ownPause})`;

/** The post of that row is not sent at present, because Slack has refused just this one. */
export function isHeldPost(clock: EpochMs) {
  return sql<boolean>`exists (${ownPause} and ${notYet(clock)})`;
}

/** A delivery that stands in such a post, or is a later step of a job that stands in one. */
export function isBehindHeldPost(clock: EpochMs) {
  return sql<boolean>`exists (select 1 from pauses join deliveries as stuck on stuck.post_id = pauses.post_id
    where pauses.workspace_id = deliveries.workspace_id and pauses.channel_id = deliveries.channel_id
      and pauses.post_id <> ${ALL} and ${notYet(clock)} and stuck.outcome is null
      and (stuck.id = deliveries.id or (stuck.connection_id = deliveries.connection_id
        and stuck.subject = deliveries.subject and stuck.subject <> ${CHANNEL_SUBJECT})))`;
}

/** How long until something that is refused is tried again, in ms; null when nothing waits for that. */
export async function msUntilTrialIn(tx: Tx, workspaceId: string, clock: EpochMs): Promise<number | null> {
  const row = await tx
    .selectFrom('pauses')
    .select((eb) => eb.fn.min<number | null>('due_at').as('next'))
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`due_at is not null and ${notYet(clock)}`)
    .executeTakeFirstOrThrow();
  return row.next === null ? null : row.next - clock;
}

/** Whether posts to the channel are held back, be it that the next one is a trial. */
export async function isPaused(tx: Tx, channel: ChannelKey): Promise<boolean> {
  return (await pausesOf(tx, channel).select('post_id').executeTakeFirst()) !== undefined;
}

/** Posts of the channel that Slack refuses by themselves. */
export async function listPausedPosts(tx: Tx, { workspaceId, channelId }: ChannelKey): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('pauses')
    .select('post_id')
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('post_id', '<>', ALL)
    .execute();
  return new Set(rows.map((row) => row.post_id));
}

/** The pause of the workspace and that of the channel, and that of one of its posts. */
export function pausesOf(db: Db, { workspaceId, channelId }: ChannelKey, postId = ALL) {
  return db
    .selectFrom('pauses')
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', 'in', [ALL, channelId])
    .where('post_id', 'in', [ALL, postId]);
}

/** What is done next in a channel where it was refused is a trial: no other begins before `until`. */
export async function beginTrial(tx: Tx, post: Required<PauseKey>, clock: EpochMs, until: EpochMs): Promise<void> {
  const paused = await pausesOf(tx, post, post.postId).select('post_id').executeTakeFirst();
  if (paused === undefined) return;
  await tx
    .updateTable('pauses')
    .set({ due_at: until, set_at: clock })
    .where('workspace_id', '=', post.workspaceId)
    .where('channel_id', 'in', [ALL, post.channelId])
    .where('post_id', 'in', [ALL, post.postId])
    .where('due_at', 'is not', null)
    .execute();
}

/** A trial has shown nothing: the next may begin now. */
export async function giveTrialBack(tx: Tx, post: Required<PauseKey>, clock: EpochMs): Promise<void> {
  await beginTrial(tx, post, clock, clock);
}

/** Slack refuses something: it is tried again later, and written down where it is a channel and news. */
export async function notePause(
  tx: Tx,
  key: PauseKey,
  refused: Refused,
  { clock, trialsMs }: { readonly clock: EpochMs; readonly trialsMs: readonly number[] },
): Promise<void> {
  const before = await findRow(tx, key);
  const next = pauseAfter(before === undefined ? null : toPause(before), refused, clock, trialsMs);
  await save(tx, key, next, clock);
  await auditPause(tx, key, before?.reason ?? null, next.reason, refused.at);
}

/** Something was taken: whatever was refused there is refused no more. Written down for a channel. False when nothing was. */
export async function endPauses(tx: Tx, post: Required<PauseKey>, now: EpochMs): Promise<boolean> {
  const rows = await pausesOf(tx, post, post.postId).selectAll().where('due_at', 'is not', null).execute();
  for (const row of rows) await endPause(tx, row, now);
  return rows.length > 0;
}

async function endPause(tx: Tx, row: Selectable<Schema['pauses']>, now: EpochMs): Promise<void> {
  const { workspace_id: workspaceId, channel_id: channelId, post_id: postId, reason } = row;
  await deletePause(tx, { workspaceId, channelId, postId });
  if (postId !== ALL) return;
  await hastenEdits(tx, { workspaceId, channelId });
  if (channelId !== ALL)
    await audit(tx, { workspaceId, channelId, userId: null }, 'resume', null, now, posting(reason), posting(null));
}

async function deletePause(tx: Tx, key: PauseKey): Promise<void> {
  const { workspace_id: workspaceId, channel_id: channelId, post_id: postId } = toColumns(key);
  await tx
    .deleteFrom('pauses')
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('post_id', '=', postId)
    .execute();
}

/** Changes of messages that were refused meanwhile wait ever longer; now there is a reason to try at once. */
async function hastenEdits(tx: Tx, { workspaceId, channelId }: ChannelKey): Promise<void> {
  await tx
    .updateTable('posts')
    .set({ due_at: 0, tries: 0 })
    .where('workspace_id', '=', workspaceId)
    .$if(channelId !== ALL, (query) => query.where('channel_id', '=', channelId))
    .where('due_at', 'is not', null)
    .execute();
}

/** See `ChannelStore`. */
export async function tryAtOnce(
  db: Db,
  { channel, now }: { readonly channel: ChannelKey; readonly now: EpochMs },
): Promise<boolean> {
  if ((await pausesOf(db, channel).select('post_id').executeTakeFirst()) === undefined) return false;
  return await db.transaction().execute(async (tx) => await hasten(tx, channel, now));
}

/** The same in a transaction; without a channel for everything that is refused in the workspace. */
export async function hasten(tx: Tx, { workspaceId, channelId }: PauseKey, now: EpochMs): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('pauses')
    .set({ due_at: 0, set_at: now, tries: 0 })
    .where('workspace_id', '=', workspaceId)
    .$if(channelId !== undefined, (query) => query.where('channel_id', 'in', [ALL, channelId ?? ALL]))
    .where('due_at', 'is not', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return false;
  if (channelId !== undefined)
    await tx
      .updateTable('channels')
      .set({ next_send_at: 0 })
      .where('workspace_id', '=', workspaceId)
      .where('channel_id', '=', channelId)
      .execute();
  return true;
}

/** Pauses of channels that nothing is to be told in, and of posts that are over, are of no use to anybody. */
export async function forgetPauses(tx: Tx, workspaceId: string): Promise<void> {
  await sql`delete from pauses where workspace_id = ${workspaceId} and channel_id <> ${ALL} and not exists (
      select 1 from deliveries where deliveries.workspace_id = pauses.workspace_id
        and deliveries.channel_id = pauses.channel_id and outcome is null)
    and not exists (select 1 from posts where posts.id = pauses.post_id and message_ts is null and ended is null)
    and not exists (select 1 from subscriptions where subscriptions.workspace_id = pauses.workspace_id
        and subscriptions.channel_id = pauses.channel_id and ended_at is null and pauses.post_id = ${ALL})`.execute(tx);
}

export async function holdChannel(
  db: Db,
  { channel, reason, now }: { readonly channel: ChannelKey; readonly reason: HeldReason; readonly now: EpochMs },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const isKnown = await tx
      .selectFrom('channels')
      .select('channel_id')
      .where('workspace_id', '=', channel.workspaceId)
      .where('channel_id', '=', channel.channelId)
      .executeTakeFirst();
    const before = await findRow(tx, channel);
    if (isKnown === undefined || before?.reason === reason) return;
    const held = { reason, since: now, refusedAt: now, tries: 0, nextTrialAt: null, toldAt: null };
    await save(tx, channel, held, now);
    await auditPause(tx, channel, before?.reason ?? null, reason, now);
  });
}

export async function releaseHeldChannel(
  db: Db,
  { channel, now }: { readonly channel: ChannelKey; readonly now: EpochMs },
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const row = await findRow(tx, channel);
    if (row === undefined || !HELD_REASONS.includes(row.reason)) return false;
    await endPause(tx, row, now);
    return true;
  });
}

/** Pauses of channels (`of`: of posts) of which people are to hear. */
export async function listToTell(
  db: Db,
  {
    workspaceId,
    of,
    sayMs,
  }: { readonly workspaceId: string; readonly of: 'channels' | 'posts'; readonly sayMs: number },
): Promise<readonly Selectable<Schema['pauses']>[]> {
  const rows = await db
    .selectFrom('pauses')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '<>', ALL)
    .where('post_id', of === 'posts' ? '<>' : '=', ALL)
    .where('told_at', 'is', null)
    .orderBy('since')
    .execute();
  return rows.filter((row) => isToBeTold(toPause(row), sayMs));
}

/** People have been told of it. False when that was done before, or it has ended. */
export async function noteTold(tx: Tx, key: PauseKey, now: EpochMs): Promise<boolean> {
  const { workspace_id: workspaceId, channel_id: channelId, post_id: postId } = toColumns(key);
  const { numUpdatedRows } = await tx
    .updateTable('pauses')
    .set({ told_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('post_id', '=', postId)
    .where('told_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

function findRow(tx: Tx, key: PauseKey) {
  const { workspace_id: workspaceId, channel_id: channelId, post_id: postId } = toColumns(key);
  return tx
    .selectFrom('pauses')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('post_id', '=', postId)
    .executeTakeFirst();
}

function toPause(row: Selectable<Schema['pauses']>): Pause {
  const { reason, since, tries, refused_at: refusedAt, due_at: nextTrialAt, told_at: toldAt } = row;
  return { reason, since, refusedAt, tries, nextTrialAt, toldAt };
}

async function save(tx: Tx, key: PauseKey, pause: Pause, clock: EpochMs): Promise<void> {
  const { reason, since, tries, refusedAt: refused_at, nextTrialAt: due_at, toldAt: told_at } = pause;
  const row = { reason, since, refused_at, tries, due_at, set_at: clock, told_at };
  await tx
    .insertInto('pauses')
    .values({ ...toColumns(key), ...row })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'channel_id', 'post_id']).doUpdateSet(row))
    .execute();
}

/** Only what concerns a whole channel, and only when its reason is new. */
async function auditPause(
  tx: Tx,
  { workspaceId, channelId = ALL, postId = ALL }: PauseKey,
  before: string | null,
  reason: string,
  at: EpochMs,
): Promise<void> {
  if (channelId === ALL || postId !== ALL || before === reason) return;
  await audit(tx, { workspaceId, channelId, userId: null }, 'pause', null, at, posting(before), posting(reason));
}

function posting(reason: string | null): object {
  return reason === null ? { posting: true } : { posting: false, reason };
}
