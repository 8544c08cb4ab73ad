import type { Language } from '../../domain/base/language.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import type { Context } from '../context.ts';

/** Chooses the language of posts to a channel. False when it is that already. */
export async function chooseLanguage(context: Context, actor: Actor, language: Language): Promise<boolean> {
  const { store, connectionId, clock } = context;
  const changed = await store.setChannelLanguage({ actor, connectionId, language, now: clock.now() });
  if (changed) context.wakeDispatcher();
  return changed;
}
