import { isDirectMessage } from '../../domain/conversation.ts';

/** What the bot cannot do without a scope of its manifest. */
export const REQUIRED_SCOPES: Readonly<Record<string, string>> = {
  commands: 'nobody can type the slash command',
  'chat:write': 'nothing can be posted, so no channel hears of any change',
  'channels:read':
    'the bot does not see whether a public channel is archived and whether it is in it, is not told of invitations, and /drs list all hides channels',
  'groups:read': 'the same for private channels: a refusal shows only when a post fails, and /drs list all hides them',
  'mpim:read': '/drs list all hides direct messages of a group',
  'im:read':
    'the bot takes the direct messages of two people for its own, and says only after trying that it cannot post there',
  'users:read': 'guests are not told from members, so nobody is answered',
  'channels:join': 'the bot must be invited by hand into every public channel that subscribes',
};

/** Scopes that let the bot read a kind of conversation back after an answer of Slack's was lost. */
export const HISTORY_SCOPES: Readonly<Record<string, string>> = {
  'channels:history': 'public channels',
  'groups:history': 'private channels',
  'mpim:history': 'direct messages of a group',
  'im:history': 'direct messages',
};

/** Scopes without which the bot does not hear something, and what that means; the rest works. */
export const HEARING_SCOPES: Readonly<Record<string, string>> = {
  'app_mentions:read': 'whoever mentions the bot in a channel or a thread is not answered',
};

/** Scopes that no part of the bot needs yet, asked for now so that the app is installed once, and what each will be for. */
export const LATER_SCOPES: Readonly<Record<string, string>> = {
  'links:read': 'how a job is below an address of the DRS console',
  'links:write': 'the same',
  'usergroups:read': 'a group of people that is mentioned when a job fails',
};

/**
 * Whether the bot is known to lack the scope to read a conversation back. The id of a channel does not tell of which
 * kind it is, so one of these scopes leaves that open.
 *
 * @param granted null when Slack did not say
 */
export function lacksHistory(granted: readonly string[] | null, channelId: string): boolean {
  const needed = isDirectMessage(channelId) ? ['im:history'] : ['channels:history', 'groups:history', 'mpim:history'];
  return granted !== null && !needed.some((scope) => granted.includes(scope));
}
