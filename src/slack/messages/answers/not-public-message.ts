import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** A conversation of which nobody knows who reads it: nothing is shown to everybody there. */
export function notPublicMessage(texts: Texts, canInvite: boolean): SlackMessage {
  return lines(
    canInvite ? texts.get('access.not_public', { invite: texts.inviteCommand() }) : texts.get('access.not_public_dm'),
  );
}
