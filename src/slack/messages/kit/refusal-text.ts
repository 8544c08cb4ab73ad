import { HELD } from '../../../domain/access.ts';
import { code } from './mrkdwn.ts';
import type { Voice } from './texts.ts';

type Refusal = 'not_member' | 'archived' | 'restricted' | 'shared' | 'not_allowed' | 'other';

function kindOf(reason: string): Refusal {
  switch (reason) {
    case 'not_in_channel':
    case 'channel_not_found':
      return 'not_member';
    case 'is_archived':
      return 'archived';
    case 'restricted_action':
    case 'restricted_action_read_only_channel':
    case 'no_permission':
      return 'restricted';
    case HELD.channel_shared:
      return 'shared';
    case HELD.channel_not_allowed:
      return 'not_allowed';
    default:
      return 'other';
  }
}

/** What the name of a reason to hold back posts means, and what to do, said in the channel itself. */
export function refusal(voice: Voice, reason: string): string {
  const kind = kindOf(reason);
  return voice.say(`refusal.${kind}`, { invite: voice.invitation(), reason: code(reason) });
}

/** What to do about it, said somewhere else. */
export function remedyElsewhere(voice: Voice, reason: string): string {
  const kind = kindOf(reason);
  return voice.say(`refusal.${kind}_there`, {
    invite: voice.invitation(),
    subscribe: voice.typed('subscribe <job>'),
  });
}
