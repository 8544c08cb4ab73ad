import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import type { Sharing } from '../../domain/access.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/slack.ts';
import type { Log } from '../../ports/log.ts';
import { isPassing, slackErrorName } from '../web-api/classify-slack-error.ts';
import type { People } from './people.ts';
import { cacheAnswers } from './cached-answers.ts';
import type { Answer } from './cached-answers.ts';

/** The event that a channel was shared comes at once; this is for one that was missed. */
const KEPT_MS = 10 * MINUTE;
/** The bot may be invited any moment, */
const HIDDEN_MS = 10 * SECOND;
/** and a scope granted. */
const WITHHELD_MS = 5 * MINUTE;

/** Shared beyond the organisation (docs.slack.dev, "Conversation object"); within it, `is_org_shared`, is no matter. */
const channelInfo = z.object({
  is_ext_shared: z.boolean().optional(),
  is_pending_ext_shared: z.boolean().optional(),
});

/** Asks `users.info` and `conversations.info`, and keeps the answers for some minutes. */
export function createDirectory(client: WebClient, people: People, clock: Clock, log: Log): Directory {
  let warned = false;
  const sharings = cacheAnswers<Sharing>({
    ask: async (channelId) => {
      const answer = await ask(client, channelId);
      if (answer?.value.kind === 'not_told' && !channelId.startsWith('D') && !warned) {
        warned = true;
        log.warn({}, 'Slack does not tell which channels are shared: grant the app channels:read and groups:read');
      }
      return answer;
    },
    unanswered: { kind: 'not_told', why: 'unanswered' },
    clock,
  });
  return {
    findPerson: (userId) => people.find(userId),
    findZone: (userId) => people.zoneOf(userId),
    findName: (userId) => people.nameOf(userId),
    findSharing: (channelId) => sharings.find(channelId),
    forget: (channelId) => sharings.forget(channelId),
  };
}

async function ask(client: WebClient, channelId: string): Promise<Answer<Sharing>> {
  try {
    const { channel } = await client.conversations.info({ channel: channelId });
    const parsed = channelInfo.safeParse(channel);
    if (!parsed.success) return null;
    const { is_ext_shared: isShared, is_pending_ext_shared: isInvited } = parsed.data;
    return { value: { kind: 'told', isExternal: isShared === true || isInvited === true }, keepMs: KEPT_MS };
  } catch (error) {
    if (isPassing(error)) return null;
    return slackErrorName(error) === 'channel_not_found'
      ? { value: { kind: 'hidden' }, keepMs: HIDDEN_MS }
      : { value: { kind: 'not_told', why: 'withheld' }, keepMs: WITHHELD_MS };
  }
}
