import { z } from 'zod';

import { parseJson } from '../loopback.ts';
import type { Block } from './validate-blocks.ts';
import { parseBlocks, parseView } from './validate-blocks.ts';
import type { Channel, Content, Message, User, WorkspaceState } from './workspace.ts';

/** The characters chat.update takes (docs.slack.dev, "chat.update"); chat.postMessage cuts at 40,000 instead. */
const MAX_UPDATE_TEXT = 4_000;
const MAX_POST_TEXT = 40_000;

/** Arguments of a call; objects arrive as JSON text in forms, or as themselves in JSON bodies. */
export type Args = Readonly<Record<string, unknown>>;
/** The body of an answer: `ok`, and `error` when not. */
export type Result = Readonly<Record<string, unknown>> & { readonly ok: boolean };

/** What a method can see and do. */
export interface ApiContext {
  readonly state: WorkspaceState;
  readonly scopes: ReadonlySet<string>;
  /** Messages in one page of a history, whatever is asked for. */
  readonly mostHistory: number;
  /** Makes the address of a new socket; see socket-mode.ts. */
  readonly openSocketUrl: () => string;
  /** Tells the app that it is in a channel now; who invited it, if anybody did. */
  readonly botJoined: (channel: Channel, inviter: string | null) => void;
}

interface Method {
  /** The kind of token it takes. */
  readonly token: 'bot' | 'app';
  /** Any one of these will do; empty for none. */
  readonly scopes: (args: Args, context: ApiContext) => readonly string[];
  readonly run: (args: Args, context: ApiContext) => Result;
}

/** The methods there are; any other is `unknown_method`. */
export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': { token: 'bot', scopes: () => [], run: authTest },
  'apps.connections.open': {
    token: 'app',
    scopes: () => ['connections:write'],
    run: (_args, { openSocketUrl }) => ({ ok: true, url: openSocketUrl() }),
  },
  'chat.postMessage': { token: 'bot', scopes: () => ['chat:write'], run: postMessage },
  'chat.postEphemeral': { token: 'bot', scopes: () => ['chat:write'], run: postEphemeral },
  'chat.update': { token: 'bot', scopes: () => ['chat:write'], run: update },
  'chat.delete': { token: 'bot', scopes: () => ['chat:write'], run: remove },
  'conversations.history': {
    token: 'bot',
    scopes: (args, { state }) => [historyScope(state.findChannel(String(args['channel'])))],
    run: history,
  },
  'conversations.replies': {
    token: 'bot',
    scopes: (args, { state }) => [historyScope(state.findChannel(String(args['channel'])))],
    run: history,
  },
  'conversations.info': {
    token: 'bot',
    scopes: (args, { state }) => [readScope(state.findChannel(String(args['channel'])))],
    run: info,
  },
  'conversations.join': { token: 'bot', scopes: () => ['channels:join'], run: join },
  'views.open': { token: 'bot', scopes: () => [], run: openView },
  'views.publish': { token: 'bot', scopes: () => [], run: publishView },
  'users.info': { token: 'bot', scopes: () => ['users:read'], run: userInfo },
  'users.conversations': {
    token: 'bot',
    scopes: ({ types }) => (types === 'mpim' ? ['mpim:read'] : ['channels:read', 'groups:read']),
    run: conversationsOf,
  },
};

/** Runs a method as its real counterpart would, scope check included. */
export function callMethod(name: string, args: Args, context: ApiContext): Result {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) return failed('unknown_method');
  const needed = method.scopes(args, context);
  if (needed.length > 0 && !needed.some((scope) => context.scopes.has(scope))) {
    return { ...failed('missing_scope'), needed: needed.join(','), provided: [...context.scopes].join(',') };
  }
  return method.run(args, context);
}

function authTest(_args: Args, { state }: ApiContext): Result {
  const { teamId, teamName, bot, botId } = state;
  return {
    ok: true,
    url: 'https://acme.slack.example/',
    team: teamName,
    user: bot.name,
    team_id: teamId,
    user_id: bot.id,
    bot_id: botId,
    is_enterprise_install: false,
  };
}

function userInfo(args: Args, { state }: ApiContext): Result {
  const user = state.users.find((one) => one.id === args['user']);
  if (user === undefined) return failed('user_not_found');
  const { id, name, teamId, standing } = user;
  const locale = String(args['include_locale']) === 'true' ? { locale: user.locale } : {};
  const zone = user.zone === null ? {} : { tz: user.zone };
  const common = { id, name, team_id: teamId, deleted: standing === 'deactivated', is_bot: false };
  if (teamId !== state.teamId) return { ok: true, user: { ...common, is_stranger: !meetsBot(user, state) } };
  const guest = {
    is_restricted: standing === 'restricted' || standing === 'ultra_restricted',
    is_ultra_restricted: standing === 'ultra_restricted',
  };
  return { ok: true, user: { ...common, ...guest, ...locale, ...zone } };
}

/**
 * Somebody of another organisation is a stranger only while no channel is shared with the bot, and comes without the
 * fields of a member (docs.slack.dev, "Slack Connect", external members).
 */
function meetsBot({ id }: User, { channels, bot }: WorkspaceState): boolean {
  return channels.some((one) => one.external === 'shared' && one.members.has(id) && one.members.has(bot.id));
}

/** The conversations of one person that the bot may see, in pages. */
function conversationsOf(args: Args, { state, scopes }: ApiContext): Result {
  const wanted = (typeof args['types'] === 'string' ? args['types'] : 'public_channel').split(',');
  const user = typeof args['user'] === 'string' ? args['user'] : state.bot.id;
  const all = state.channels.filter((channel) => {
    const type = channel.kind === 'im' || channel.kind === 'mpim' ? channel.kind : `${channel.kind}_channel`;
    const allowed = scopes.has(readScope(channel));
    const visible = channel.kind === 'public' || channel.members.has(state.bot.id);
    return wanted.includes(type) && allowed && visible && channel.members.has(user);
  });
  const from = Number(args['cursor'] ?? 0);
  const limit = Number(args['limit'] ?? 100);
  const next = from + limit < all.length ? String(from + limit) : '';
  return {
    ok: true,
    channels: all.slice(from, from + limit).map((channel) => describe(channel, state)),
    response_metadata: { next_cursor: next },
  };
}

/** Whoever is not in the channel, or not of it, is shown nothing (docs.slack.dev, "chat.postEphemeral"). */
function postEphemeral(args: Args, { state }: ApiContext): Result {
  const channel = visibleChannel(args, state);
  if (channel === undefined) return failed('channel_not_found');
  if (channel.archived) return failed('is_archived');
  if (!channel.members.has(state.bot.id)) return failed('not_in_channel');
  const user = state.users.find(({ id }) => id === args['user']);
  if (user === undefined) return failed('user_not_in_channel');
  const content = readContent(args, MAX_POST_TEXT, state);
  if ('ok' in content) return content;
  return { ok: true, message_ts: state.postEphemeral(channel.id, user.id, content).id };
}

function postMessage(args: Args, { state, scopes }: ApiContext): Result {
  const person = state.users.find((user) => user.id === args['channel']);
  // A post to a person goes to their direct messages with the bot.
  const channel = person === undefined ? visibleChannel(args, state) : state.directMessages(person.id);
  if (channel === undefined) return failed('channel_not_found');
  if (channel.archived) return failed('is_archived');
  if (!channel.members.has(state.bot.id) && !scopes.has('chat:write.public')) return failed('not_in_channel');
  const content = readContent(args, MAX_POST_TEXT, state);
  if ('ok' in content) return content;
  const metadata = readMetadata(args['metadata']);
  if (metadata === 'invalid') return failed('invalid_metadata_format');
  const threadTs = typeof args['thread_ts'] === 'string' ? args['thread_ts'] : null;
  if (threadTs !== null && !state.messages.some((one) => one.channelId === channel.id && one.ts === threadTs))
    return failed('thread_not_found');
  const message = state.post(channel.id, content, metadata, threadTs);
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    message: { type: 'message', text: message.text, blocks: message.blocks, ts: message.ts },
  };
}

function update(args: Args, { state }: ApiContext): Result {
  const channel = visibleChannel(args, state);
  if (channel === undefined) return failed('channel_not_found');
  const ts = String(args['ts']);
  const old = state.messages.find((message) => message.channelId === channel.id && message.ts === ts);
  if (old === undefined) return failed('message_not_found');
  if (old.userId !== state.bot.id) return failed('cant_update_message');
  if (channel.archived) return failed('is_archived');
  if (!channel.members.has(state.bot.id)) return failed('not_in_channel');
  if (typeof args['text'] === 'string' && args['text'].length > MAX_UPDATE_TEXT) return failed('msg_too_long');
  const content = readContent(args, MAX_UPDATE_TEXT, state);
  if ('ok' in content) return content;
  state.edit(channel.id, ts, content, readMetadata(args['metadata']) ?? undefined);
  return { ok: true, channel: channel.id, ts, text: content.text };
}

function remove(args: Args, { state }: ApiContext): Result {
  const channel = visibleChannel(args, state);
  if (channel === undefined) return failed('channel_not_found');
  const ts = String(args['ts']);
  const message = state.messages.find((one) => one.channelId === channel.id && one.ts === ts);
  if (message === undefined) return failed('message_not_found');
  if (message.userId !== state.bot.id) return failed('cant_delete_message');
  state.remove(channel.id, ts);
  return { ok: true, channel: channel.id, ts };
}

/** A channel's messages, or with `ts` a thread's: newest first in a channel, oldest first in a thread, in pages. */
function history(args: Args, { state, mostHistory }: ApiContext): Result {
  const channel = visibleChannel(args, state);
  if (channel === undefined) return failed('channel_not_found');
  if (!channel.members.has(state.bot.id)) return failed('not_in_channel');
  const parentTs = typeof args['ts'] === 'string' ? args['ts'] : null;
  const all = state.messages.filter(
    (one) =>
      one.channelId === channel.id &&
      (parentTs === null ? one.threadTs === null : one.threadTs === parentTs || one.ts === parentTs) &&
      isInRange(one.ts, args),
  );
  if (parentTs !== null && !state.messages.some((one) => one.channelId === channel.id && one.ts === parentTs))
    return failed('thread_not_found');
  const ordered = parentTs === null ? all.toReversed() : all;
  const from = Number(args['cursor'] ?? 0);
  const to = from + Math.min(Number(args['limit'] ?? 100), mostHistory);
  const withMetadata = String(args['include_all_metadata']) === 'true';
  return {
    ok: true,
    messages: ordered.slice(from, to).map((one) => describeMessage(one, state, withMetadata)),
    has_more: to < ordered.length,
    ...(to < ordered.length ? { response_metadata: { next_cursor: String(to) } } : {}),
  };
}

function isInRange(ts: string, args: Args): boolean {
  const inclusive = String(args['inclusive']) === 'true';
  const [oldest, latest] = [Number(args['oldest'] ?? 0), Number(args['latest'] ?? Infinity)];
  return inclusive ? Number(ts) >= oldest && Number(ts) <= latest : Number(ts) > oldest && Number(ts) < latest;
}

function describeMessage(message: Message, { bot, botId }: WorkspaceState, withMetadata: boolean) {
  const { ts, userId, text, blocks, metadata, threadTs, edited } = message;
  return {
    type: 'message',
    ts,
    user: userId,
    ...(userId === bot.id ? { bot_id: botId } : {}),
    text,
    blocks,
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
    ...(withMetadata && metadata !== null ? { metadata } : {}),
    ...(edited ? { edited: { user: userId, ts } } : {}),
  };
}

function historyScope(channel: Channel | undefined): string {
  if (channel === undefined || channel.kind === 'public') return 'channels:history';
  return channel.kind === 'private' ? 'groups:history' : `${channel.kind}:history`;
}

function info(args: Args, { state }: ApiContext): Result {
  const channel = visibleChannel(args, state);
  if (channel === undefined) return failed('channel_not_found');
  return { ok: true, channel: describe(channel, state) };
}

function join(args: Args, { state, botJoined }: ApiContext): Result {
  const channel = visibleChannel(args, state);
  if (channel === undefined) return failed('channel_not_found');
  if (channel.kind !== 'public') return failed('method_not_supported_for_channel_type');
  if (channel.archived) return failed('is_archived');
  const joined = !channel.members.has(state.bot.id);
  channel.members.add(state.bot.id);
  state.changed();
  if (joined) botJoined(channel, null);
  return { ok: true, channel: describe(channel, state) };
}

/** The shape both conversation methods show. */
function describe(channel: Channel, state: WorkspaceState) {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.kind !== 'im',
    is_im: channel.kind === 'im',
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind === 'private' || channel.kind === 'mpim',
    is_archived: channel.archived,
    is_shared: channel.external === 'shared',
    is_ext_shared: channel.external === 'shared',
    is_pending_ext_shared: channel.external === 'invited',
    is_org_shared: false,
    is_member: channel.members.has(state.bot.id),
  };
}

/** A private channel the bot is not in does not exist for it. */
function visibleChannel(args: Args, state: WorkspaceState): Channel | undefined {
  const channel = state.channels.find((one) => one.id === args['channel']);
  if (channel === undefined || channel.kind === 'public' || channel.members.has(state.bot.id)) return channel;
  return undefined;
}

function readScope(channel: Channel | undefined): string {
  if (channel === undefined || channel.kind === 'public') return 'channels:read';
  return channel.kind === 'private' ? 'groups:read' : `${channel.kind}:read`;
}

function openView(args: Args, { state }: ApiContext): Result {
  const view = readView(args);
  if (view === null || view.type !== 'modal') return failed('invalid_arguments');
  const refusal = state.openView(String(args['trigger_id']), view);
  return refusal === null ? { ok: true, view } : failed(refusal);
}

function publishView(args: Args, { state }: ApiContext): Result {
  const view = readView(args);
  const user = state.findUser(String(args['user_id']));
  if (view === null || view.type !== 'home' || user === undefined) return failed('invalid_arguments');
  state.showView(user.id, view);
  return { ok: true, view };
}

function readView({ view }: Args) {
  return parseView(typeof view === 'string' ? parseJson(view) : view);
}

/** Text and blocks of a message, or Slack's refusal of them. */
export function readContent(args: Args, mostText: number, { refusedBlocks }: WorkspaceState): Content | Result {
  const text = typeof args['text'] === 'string' ? args['text'] : '';
  const given = args['blocks'];
  if (given === undefined || given === '')
    return text === '' ? failed('no_text') : { text: text.slice(0, mostText), blocks: [] };
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (!Array.isArray(value)) return failed('invalid_blocks_format');
  const parsed = parseBlocks(value, refusedBlocks);
  if ('errors' in parsed) return { ...failed('invalid_blocks'), response_metadata: { messages: parsed.errors } };
  const blocks: readonly Block[] = parsed.blocks;
  return text === '' && blocks.length === 0 ? failed('no_text') : { text: text.slice(0, mostText), blocks };
}

/** `event_type` takes letters, digits, `_` and `-` (docs.slack.dev, "Message metadata"). */
function readMetadata(given: unknown): unknown {
  if (given === undefined || given === '') return null;
  const value = typeof given === 'string' ? parseJson(given) : given;
  const parsed = z
    .object({ event_type: z.string().regex(/^[\w-]+$/), event_payload: z.record(z.string(), z.unknown()) })
    .safeParse(value);
  return parsed.success ? parsed.data : 'invalid';
}

export function failed(error: string): Result {
  return { ok: false, error };
}
