import type { AccessDenial } from '../../../domain/access.ts';
import type { Actor } from '../../../ports/store/subscriptions.ts';
import type { SlackMessage } from '../kit/message.ts';
import { lines } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** What somebody is told who may not do something: that nothing was done, why, and who can change it. */
export function refusalMessage(voice: Voice, why: AccessDenial, { userId, channelId }: Actor): SlackMessage {
  return lines(voice.say(`access.${why}`, { user: code(userId), channel: code(channelId) }));
}

/** Instead of showing something to everybody in a conversation of which nobody knows who reads it. */
export function notOpenlyMessage(voice: Voice): SlackMessage {
  return lines(voice.say('access.not_openly', { invite: voice.invitation() }));
}
