import type { Language } from '../../domain/base/language.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import { audit } from '../rows/audit.ts';
import { chosenLanguage, setLanguage } from './channels.ts';
import { ofChannel } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import { hasten } from './pauses.ts';
import type { Db } from '../rows/schema.ts';
import { listSubscriptions } from './subscriptions.ts';

export async function findChannelLanguage(db: Db, channel: ChannelKey, otherwise: Language): Promise<Language> {
  return (await chosenLanguage(db, channel)) ?? otherwise;
}

export async function setChannelLanguage(
  db: Db,
  otherwise: Language,
  { actor, connectionId, language, now }: Request<'setChannelLanguage'>,
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    await ensureChannel(tx, actor, now);
    const before = await findChannelLanguage(tx, actor, otherwise);
    if (before === language) return false;
    await setLanguage(tx, actor, language);
    const about = { connectionId, jobId: null };
    await audit(tx, actor, 'settings', about, now, { language: before }, { language });
    // Where nothing is told, nobody needs to be told in which language, and the bot may not even be there.
    const isWatching = (await listSubscriptions(tx, actor)).length > 0;
    if (isWatching) await announce(tx, actor, connectionId, { kind: 'language', by: actor.userId, language }, now);
    return true;
  });
}

export async function greetChannel(db: Db, { channel, connectionId, by, now }: Request<'greetChannel'>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await ensureChannel(tx, channel, now);
    await hasten(tx, channel, now);
    const { numUpdatedRows } = await tx
      .updateTable('channels')
      .set({ greeted_at: now })
      .where((eb) => eb.and(ofChannel(channel)))
      .where('greeted_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) await announce(tx, channel, connectionId, { kind: 'hello', by }, now);
  });
}
