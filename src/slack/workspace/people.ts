import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import type { Person } from '../../domain/access.ts';
import { languageOfLocale } from '../../domain/base/language.ts';
import type { Language } from '../../domain/base/language.ts';
import { MINUTE } from '../../domain/base/time.ts';
import { isZone } from '../../domain/base/zone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { slackErrorName } from '../web-api/classify-slack-error.ts';
import { cacheAnswers } from './cached-answers.ts';
import type { Answer } from './cached-answers.ts';

/** A member who becomes a guest is one here after this at the latest, */
const KEPT_MS = 15 * MINUTE;
/** and a scope that was granted counts after this. */
const WITHHELD_MS = MINUTE;

/** As much of a user as matters (docs.slack.dev, "User object"); people of other organisations come with less. */
const userInfo = z.object({
  locale: z.string().optional(),
  tz: z.string().nullish(),
  name: z.string().optional(),
  profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
  team_id: z.string().optional(),
  enterprise_user: z.object({ enterprise_id: z.string().optional(), teams: z.array(z.string()).optional() }).optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  deleted: z.boolean().optional(),
});

/** Slack's words for: nobody whom the bot may see. */
const INVISIBLE = new Set(['user_not_found', 'user_not_visible', 'users_not_found']);

/** What one answer of `users.info` tells. */
interface Profile {
  readonly language: Language | null;
  readonly zone: string | null;
  readonly name: string | null;
  readonly person: Person;
}

/** Who asks, as far as Slack tells. Never rejects. */
export interface People {
  /** The language of somebody's Slack; null when it is none of ours or Slack does not tell. */
  languageOf(userId: string): Promise<Language | null>;
  /** The time zone of somebody's Slack by its name; null when Slack does not tell, or there is none of that name here. */
  zoneOf(userId: string): Promise<string | null>;
  /** What people call somebody; null when Slack does not tell. */
  nameOf(userId: string): Promise<string | null>;
  find(userId: string): Promise<Person>;
}

/** Asks `users.info` for language and standing at once, every quarter of an hour for each person. */
export function createPeople(client: WebClient, clock: Clock, log: Log): People {
  let warned = false;
  const profiles = cacheAnswers<Profile>({
    ask: async (userId) => {
      const answer = await ask(client, userId);
      if (answer?.value.person.kind === 'not_told' && !warned) {
        warned = true;
        log.warn({}, 'Slack does not tell who is a guest: grant the app users:read; until then nobody is answered');
      }
      return answer;
    },
    unanswered: { language: null, zone: null, name: null, person: { kind: 'not_told', why: 'unanswered' } },
    clock,
  });
  return {
    languageOf: async (userId) => (await profiles.find(userId)).language,
    nameOf: async (userId) => (await profiles.find(userId)).name,
    zoneOf: async (userId) => (await profiles.find(userId)).zone,
    find: async (userId) => (await profiles.find(userId)).person,
  };
}

async function ask(client: WebClient, userId: string): Promise<Answer<Profile>> {
  try {
    const { user } = await client.users.info({ user: userId, include_locale: true });
    const parsed = userInfo.safeParse(user);
    return parsed.success ? { value: toProfile(parsed.data), keepMs: KEPT_MS } : null;
  } catch (error) {
    const name = slackErrorName(error) ?? '';
    if (INVISIBLE.has(name))
      return { value: { language: null, zone: null, name: null, person: { kind: 'invisible' } }, keepMs: KEPT_MS };
    // Any other refusal may pass, and says nothing of the person.
    return name === 'missing_scope'
      ? {
          value: { language: null, zone: null, name: null, person: { kind: 'not_told', why: 'withheld' } },
          keepMs: WITHHELD_MS,
        }
      : null;
  }
}

function isGiven(name: string | undefined): name is string {
  return name !== undefined && name !== '';
}

function toProfile(user: z.infer<typeof userInfo>): Profile {
  const { team_id: teamId, enterprise_user: enterprise } = user;
  const teamIds = [teamId, enterprise?.enterprise_id, ...(enterprise?.teams ?? [])];
  return {
    language: languageOfLocale(user.locale ?? ''),
    name: [user.profile?.display_name, user.profile?.real_name, user.name].find(isGiven) ?? null,
    zone: typeof user.tz === 'string' && isZone(user.tz) ? user.tz : null,
    person:
      user.is_stranger === true
        ? { kind: 'invisible' }
        : {
            kind: 'told',
            teamIds: teamIds.filter((id) => id !== undefined),
            isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
            isBotOrDeactivated: user.is_bot === true || user.deleted === true,
          },
  };
}
