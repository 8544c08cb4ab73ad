import { z } from 'zod';

import { MORE_ACTION, OPTION_VALUE } from '../messages/kit/button-value.ts';
import { markedPost } from '../messages/posts/post-message.ts';

/** Just what is needed of a click (docs.slack.dev, "block_actions payload"); the rest of the payload is ignored. */
const clickPayload = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  container: z
    .object({
      message_ts: z.string().optional(),
      channel_id: z.string().optional(),
      is_ephemeral: z.boolean().optional(),
      thread_ts: z.string().optional(),
    })
    .optional(),
  channel: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  trigger_id: z.string().optional(),
  message: z
    .object({
      ts: z.string(),
      blocks: z
        .array(z.object({ block_id: z.string().optional() }))
        .optional()
        .catch(undefined),
    })
    .optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

/** Somebody pressed a button. */
export interface Click {
  readonly userId: string;
  /** The workspace of the person; null when Slack does not say. */
  readonly teamId: string | null;
  readonly channelId: string;
  /** What Slack calls it; null when it does not say. */
  readonly channelName: string | null;
  readonly actionId: string;
  readonly value: string | undefined;
  /** Opens one dialog, within 3 s; null when Slack gives none. */
  readonly triggerId: string | null;
  /** The channel message it was on; null on an ephemeral one, which only its response URL can change. */
  readonly messageTs: string | null;
  /** Which post that message is, as its blocks say; null for none. */
  readonly postId: string | null;
  /** The thread it is in, by its first message; null for one in the channel itself. */
  readonly threadTs: string | null;
}

/** Just what is needed of what a person writes (docs.slack.dev, "message event"); bots have `bot_id`. */
const writtenByPerson = z.object({
  user: z.string(),
  team: z.string().optional(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  bot_id: z.undefined().optional(),
});

/**
 * A message in the direct messages with the bot (docs.slack.dev, "message.im event"). What a person writes has no subtype
 * or one of these: with a file, from a thread to the channel, `/me`. Joins and the like have others.
 */
const plainMessage = writtenByPerson.extend({
  channel_type: z.literal('im'),
  channel: z.string(),
  subtype: z.enum(['file_share', 'thread_broadcast', 'me_message']).optional(),
});

/** The same message in other words (docs.slack.dev, "message_changed event"); a preview of a link changes it as well. */
const correctedMessage = z.object({
  channel_type: z.literal('im'),
  channel: z.string(),
  subtype: z.literal('message_changed'),
  message: writtenByPerson.extend({ edited: z.object({ ts: z.string() }) }),
  previous_message: z.object({ text: z.string().default('') }),
});

/** Somebody names the bot where others read as well (docs.slack.dev, "app_mention event"). */
const mention = writtenByPerson.extend({ channel: z.string() });

/** Somebody wrote to the bot. */
export interface Written {
  readonly userId: string;
  /** The workspace of the person; null when Slack does not say. */
  readonly teamId: string | null;
  readonly channelId: string;
  readonly text: string;
  /** The thread it is in, by its first message; null for none. */
  readonly threadTs: string | null;
}

/** Reads a message, or the correction of one; null when it is not one that a person wrote to the bot alone. */
export function parseDirectMessage(event: unknown): Written | null {
  const plain = plainMessage.safeParse(event).data;
  if (plain !== undefined) return asWritten(plain.channel, plain);
  const corrected = correctedMessage.safeParse(event).data;
  if (corrected === undefined || corrected.message.text === corrected.previous_message.text) return null;
  return asWritten(corrected.channel, corrected.message);
}

/**
 * Reads a mention, without the bot's name wherever it stands; null when no person wrote it.
 *
 * @param botUserId the bot's own
 */
export function parseMention(event: unknown, botUserId: string): Written | null {
  const { data } = mention.safeParse(event);
  if (data === undefined || data.user === botUserId) return null;
  const text = data.text
    .split(`<@`)
    .map((part, index) => (index === 0 ? part : withoutName(part, botUserId)))
    .join('');
  return asWritten(data.channel, { ...data, text: text.trim() });
}

/** What stands behind `<@`, with the mention taken out if it is the bot's: `U1>: orders`, `U1|drs> orders`. */
function withoutName(part: string, botUserId: string): string {
  const end = part.indexOf('>');
  const [id] = part.slice(0, Math.max(end, 0)).split('|');
  return id === botUserId ? part.slice(end + 1).replace(/^[:,;]/u, '') : `<@${part}`;
}

function asWritten(
  channelId: string,
  { user, team, text, thread_ts: thread }: z.infer<typeof writtenByPerson>,
): Written {
  return { userId: user, teamId: team ?? null, channelId, text, threadTs: thread ?? null };
}

/** Reads a click; null when it is not one on a message. */
export function parseClick(body: unknown): Click | null {
  const parsed = clickPayload.safeParse(body);
  if (!parsed.success) return null;
  const { user, container, channel, message, actions, trigger_id: triggerId = null } = parsed.data;
  const [action] = actions;
  const channelId = container?.channel_id ?? channel?.id;
  if (action === undefined || channelId === undefined) return null;
  const ephemeral = container?.is_ephemeral === true;
  return {
    userId: user.id,
    teamId: user.team_id ?? null,
    channelId,
    channelName: channel?.name ?? null,
    ...pressed(action),
    triggerId,
    messageTs: ephemeral ? null : (message?.ts ?? container?.message_ts ?? null),
    postId: ephemeral ? null : markedPost(message?.blocks ?? []),
    threadTs: container?.thread_ts ?? null,
  };
}

/** An option behind ⋯ is the button that it stands for. */
function pressed({
  action_id: actionId,
  value,
  selected_option: option,
}: z.infer<typeof clickPayload>['actions'][number]): Pick<Click, 'actionId' | 'value'> {
  const chosen = option?.value ?? value;
  return (actionId === MORE_ACTION ? OPTION_VALUE.decode(chosen) : null) ?? { actionId, value: chosen };
}
