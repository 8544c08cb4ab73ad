import { HELD } from '../../../domain/access.ts';
import { code } from './mrkdwn.ts';
import type { Texts } from './texts.ts';

type RefusalKind = 'not_member' | 'archived' | 'restricted' | 'shared' | 'not_allowed' | 'reader' | 'deleted' | 'other';

function kindOf(reason: string): RefusalKind {
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
    case HELD.reader_not_allowed:
      return 'reader';
    case HELD.channel_deleted:
      return 'deleted';
    default:
      return 'other';
  }
}

/** What the name of a reason to hold back posts means, and what to do, said in the channel itself. */
export function explainRefusal(texts: Texts, reason: string): string {
  const kind = kindOf(reason);
  return texts.get(`refusal.${kind}`, { invite: texts.inviteCommand(), reason: code(reason) });
}

/** What to do about it, said somewhere else. */
export function explainRemedy(texts: Texts, reason: string): string {
  const kind = kindOf(reason);
  return texts.get(`refusal.${kind}_there`, {
    invite: texts.inviteCommand(),
    subscribe: texts.command('subscribe <job>'),
  });
}
