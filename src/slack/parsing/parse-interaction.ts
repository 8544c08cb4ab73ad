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
}

/**
 * Just what is needed of a message (docs.slack.dev, "message.im event"). What a person writes has no subtype or one of
 * these: with a file, from a thread to the channel, `/me`. Edits and joins have others.
 */
const plainMessage = z.object({
  channel_type: z.literal('im'),
  channel: z.string(),
  user: z.string(),
  team: z.string().optional(),
  text: z.string().default(''),
  subtype: z.enum(['file_share', 'thread_broadcast', 'me_message']).optional(),
  bot_id: z.undefined().optional(),
});

/** Somebody wrote to the bot. */
export interface DirectMessage {
  readonly userId: string;
  /** The workspace of the person; null when Slack does not say. */
  readonly teamId: string | null;
  readonly channelId: string;
  readonly text: string;
}

/** Reads a message; null when it is not one that a person wrote to the bot alone. */
export function parseDirectMessage(event: unknown): DirectMessage | null {
  const parsed = plainMessage.safeParse(event);
  if (!parsed.success) return null;
  const { user, team, channel, text } = parsed.data;
  return { userId: user, teamId: team ?? null, channelId: channel, text };
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
