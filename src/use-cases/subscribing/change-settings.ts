import type { Language } from '../../domain/base/language.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';

/** What changing a channel's settings takes. */
export interface ChangeSettingsDeps {
  readonly store: ChannelStore;
  readonly connectionId: string;
  readonly clock: Clock;
  readonly wakeLoops: () => void;
}

/** Chooses the language of posts to a channel. False when it is that already. */
export async function chooseLanguage(
  { store, connectionId, clock, wakeLoops }: ChangeSettingsDeps,
  actor: Actor,
  language: Language,
): Promise<boolean> {
  const changed = await store.setChannelLanguage({ actor, connectionId, language, now: clock.now() });
  if (changed) wakeLoops();
  return changed;
}
