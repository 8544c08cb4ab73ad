import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { SentPost } from '../../ports/store/outbox.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import type { Db } from '../rows/schema.ts';
import { findPostById } from './delivery-facts.ts';

export async function findPost(db: Db, language: Language, postId: string): Promise<SentPost | null> {
  const post = await findPostById(db, postId, language);
  if (post === null) return null;
  const row = await db.selectFrom('posts').select('message_ts').where('id', '=', postId).executeTakeFirst();
  return { post, messageTs: row?.message_ts ?? null };
}

/** Somebody asks how a post's jobs are: its message wants to say it. */
export async function askPost(db: Db, clock: EpochMs, postId: string): Promise<boolean> {
  const { numUpdatedRows } = await wantNewVersion(db, clock)
    .set({ asked_at: clock })
    .where('id', '=', postId)
    .where('message_ts', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
