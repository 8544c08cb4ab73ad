import type { AccessDenial } from '../../../domain/access.ts';
import type { Actor } from '../../../ports/store/subscriptions.ts';
import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** A person who may not do something reads that nothing was done, why, and who can change it. */
export function accessDeniedMessage(texts: Texts, why: AccessDenial, { userId, channelId }: Actor): SlackMessage {
  return lines(texts.get(`access.${why}`, { user: code(userId), channel: code(channelId) }));
}
