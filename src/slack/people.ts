import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import { endsWithin } from '../domain/ends-within.ts';
import { languageOfLocale } from '../domain/language.ts';
import type { Language } from '../domain/language.ts';
import { HOUR, MINUTE, SECOND } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

/** People seldom change the language of their Slack, */
const KEPT_MS = HOUR;
/** but an answer that did not come may come soon. */
const RETRY_MS = 5 * MINUTE;
/** How long somebody waits for it, in ms. */
const PATIENCE_MS = 2 * SECOND;
/** People remembered. */
const MOST_KEPT = 5_000;

const userInfo = z.object({ locale: z.string().optional() });

/** Who asks, as far as Slack tells. */
export interface People {
  /** The language of somebody's Slack; null when it is none of ours or Slack does not tell. Never rejects. */
  languageOf(userId: string): Promise<Language | null>;
}

/** Asks `users.info` for the locale, once an hour for each person; without the scope nobody's language is known. */
export function createPeople(client: WebClient, clock: Clock): People {
  const known = new Map<string, { readonly language: Language | null; readonly until: EpochMs }>();
  async function learn(userId: string): Promise<Language | null> {
    const { language, keepMs } = await ask(client, userId);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(userId, { language, until: clock.now() + keepMs });
    return language;
  }

  return {
    async languageOf(userId) {
      const kept = known.get(userId);
      if (kept !== undefined && clock.now() < kept.until) return kept.language;
      const asking = learn(userId);
      // An answer in the bot's own language now is better than one in the reader's after a long wait.
      return (await endsWithin(PATIENCE_MS, asking, clock)) ? await asking : null;
    },
  };
}

async function ask(
  client: WebClient,
  userId: string,
): Promise<{ readonly language: Language | null; readonly keepMs: number }> {
  try {
    const { user } = await client.users.info({ user: userId, include_locale: true });
    const parsed = userInfo.safeParse(user);
    return { language: parsed.success ? languageOfLocale(parsed.data.locale ?? '') : null, keepMs: KEPT_MS };
  } catch {
    return { language: null, keepMs: RETRY_MS };
  }
}
