import { randomUUID } from 'node:crypto';

import { pressablesIn } from './pressables.ts';
import type { View } from './validate-blocks.ts';
import type { Origin, ResponseUrls } from './response-urls.ts';
import type { Ack } from './socket-mode.ts';
import type { Channel, EphemeralMessage, Message, User, WorkspaceState } from './workspace.ts';

/** Sends something to the app and returns what it acknowledged with; null when it did not in time. */
export type Deliver = (
  type: 'slash_commands' | 'interactive' | 'events_api',
  payload: Readonly<Record<string, unknown>>,
) => Promise<Ack>;

/** The other organisation that channels are shared with. */
export const FOREIGN_TEAM = 'T0ELSEWHERE';

/** Whether the app acknowledged in time; if not, what the person is shown by Slack. */
export interface Acted {
  readonly acked: boolean;
  readonly slackSays: string | null;
}

/** What people can do: type and click. */
export class People {
  readonly #state: WorkspaceState;
  readonly #commands: readonly string[];
  readonly #urls: ResponseUrls;
  readonly #baseUrl: () => string;
  readonly #deliver: Deliver;

  constructor(
    state: WorkspaceState,
    commands: readonly string[],
    urls: ResponseUrls,
    baseUrl: () => string,
    deliver: Deliver,
  ) {
    this.#state = state;
    this.#commands = commands;
    this.#urls = urls;
    this.#baseUrl = baseUrl;
    this.#deliver = deliver;
  }

  /** Types a slash command and waits for the acknowledgement. */
  async type(userName: string, channelName: string, line: string): Promise<Acted> {
    const channel = this.#channel(channelName);
    const user = this.#inChannel(userName, channel);
    const [command = '', ...rest] = line.split(' ');
    if (!this.#commands.includes(command)) return { acked: false, slackSays: `${command} is not a valid command.` };
    const origin: Origin = { channelId: channel.id, userId: user.id, message: null };
    const ack = await this.#deliver('slash_commands', {
      ...this.#common(origin),
      command,
      text: escapeTyped(rest.join(' ')),
      user_id: user.id,
      user_name: user.name,
      team_id: user.teamId,
      team_domain: user.teamId === this.#state.teamId ? 'acme' : 'elsewhere',
      channel_id: channel.id,
      channel_name: channelNameFor(channel),
      is_enterprise_install: 'false',
    });
    return this.#shown(ack, origin, `${command} failed with the error "operation_timeout"`);
  }

  /** Presses a button of a message, or chooses in one of its menus, by its label or action id. */
  async click(userName: string, message: Message | EphemeralMessage, label: string): Promise<Acted> {
    const user = this.#inChannel(userName, this.#channel(message.channelId));
    const found = pressablesIn(message.blocks).find((one) => one.actionId === label || one.label === label);
    if (found === undefined)
      throw new Error(`there is no button ${JSON.stringify(label)} on ${JSON.stringify(message.text)}`);
    const ephemeral = 'forUserId' in message;
    const origin: Origin = {
      channelId: message.channelId,
      userId: user.id,
      message: ephemeral ? { ephemeralId: message.id } : { ts: message.ts },
    };
    const ack = await this.#deliver('interactive', {
      ...this.#common(origin),
      type: 'block_actions',
      user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
      team: { id: this.#state.teamId, domain: 'acme' },
      enterprise: null,
      is_enterprise_install: false,
      container: {
        type: 'message',
        message_ts: ephemeral ? '1.1' : message.ts,
        channel_id: message.channelId,
        is_ephemeral: ephemeral,
        ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
      },
      channel: { id: message.channelId, name: channelNameFor(this.#channel(message.channelId)) },
      ...(ephemeral
        ? {}
        : {
            message: {
              type: 'message',
              ts: message.ts,
              user: message.userId,
              text: message.text,
              blocks: message.blocks,
            },
          }),
      state: { values: {} },
      actions: [found.action],
    });
    return this.#shown(ack, origin, 'This button did not respond in time.');
  }

  /**
   * Ticks boxes in a dialog by what is written beside them, and sends it off (docs.slack.dev, "view_submission payload").
   *
   * @throws when one of them is not there
   */
  async submit(userName: string, view: View, ticked: readonly string[]): Promise<Acted> {
    const user = this.#user(userName);
    if (view.type !== 'modal' || view.submit === undefined) throw new Error('this dialog has nothing to send off');
    const inputs = view.blocks.flatMap((block) => (block.type === 'input' ? [block] : []));
    const labels = new Set(inputs.flatMap(({ element }) => element.options.map(({ text }) => text.text)));
    const missing = ticked.find((label) => !labels.has(label));
    if (missing !== undefined) throw new Error(`there is no box ${JSON.stringify(missing)}`);
    const values = inputs.map(({ block_id: blockId = 'b', element: { action_id: actionId, options } }) => {
      const chosen = options.filter(({ text }) => ticked.includes(text.text));
      return [blockId, { [actionId]: { type: 'checkboxes', selected_options: chosen } }] as const;
    });
    const origin: Origin = { channelId: this.#state.directMessages(user.id).id, userId: user.id, message: null };
    const { response_url: _none, ...common } = this.#common(origin);
    const ack = await this.#deliver('interactive', {
      ...common,
      type: 'view_submission',
      user: { id: user.id, username: user.name, team_id: user.teamId },
      team: { id: this.#state.teamId, domain: 'acme' },
      view: { ...view, id: `V${randomUUID()}`, hash: '1', state: { values: Object.fromEntries(values) } },
      response_urls: [],
    });
    return this.#shown(ack, origin, 'We had some trouble connecting. Try again?');
  }

  /** Chooses a shortcut: of the menu of the message box, or of a message. */
  async shortcut(userName: string, callbackId: string, message: Message | null = null): Promise<Acted> {
    const user = this.#user(userName);
    const who = { id: user.id, username: user.name, team_id: user.teamId };
    const channelId = message?.channelId ?? this.#state.directMessages(user.id).id;
    const origin: Origin = { channelId, userId: user.id, message: null };
    const { response_url: responseUrl, ...common } = this.#common(origin);
    const about =
      message === null
        ? { type: 'shortcut' }
        : {
            type: 'message_action',
            response_url: responseUrl,
            channel: { id: channelId, name: this.#channel(channelId).name },
            message_ts: message.ts,
            message: { type: 'message', ts: message.ts, user: message.userId, text: message.text },
          };
    const payload = { ...common, ...about, callback_id: callbackId, user: who, team: { id: this.#state.teamId } };
    return this.#shown(await this.#deliver('interactive', payload), origin, 'This did not work. Try again.');
  }

  /** Opens the Home tab of the app (docs.slack.dev, `app_home_opened`). */
  async openHome(userName: string): Promise<Acted> {
    const user = this.#user(userName);
    return await this.#tell(this.#state.directMessages(user.id), {
      type: 'app_home_opened',
      user: user.id,
      tab: 'home',
    });
  }

  /** Sends an event or a click that the bot may not know. */
  async send(type: 'interactive' | 'events_api', payload: Readonly<Record<string, unknown>>): Promise<Acted> {
    return { acked: (await this.#deliver(type, payload)) !== null, slackSays: null };
  }

  /** Invites the bot into a channel, as `/invite` does. */
  async invite(userName: string, channelName: string): Promise<void> {
    const channel = this.#channel(channelName);
    channel.members.add(this.#state.bot.id);
    this.#state.changed();
    await this.tellBotJoined(channel, this.#user(userName).id);
  }

  /** Another organisation joins a channel through Slack Connect; everybody of other workspaces is in it then. */
  async share(channelName: string): Promise<void> {
    const channel = this.#channel(channelName);
    channel.external = 'shared';
    for (const user of this.#state.users) if (this.#isForeign(user)) channel.members.add(user.id);
    await this.#tell(channel, { type: 'channel_shared', connected_team_id: FOREIGN_TEAM });
  }

  /** It leaves again. */
  async unshare(channelName: string): Promise<void> {
    const channel = this.#channel(channelName);
    channel.external = 'no';
    for (const user of this.#state.users) if (this.#isForeign(user)) channel.members.delete(user.id);
    const event = { type: 'channel_unshared', previously_connected_team_id: FOREIGN_TEAM, is_ext_shared: false };
    await this.#tell(channel, event);
  }

  async archive(userName: string, channelName: string): Promise<void> {
    const channel = this.#channel(channelName);
    channel.archived = true;
    this.#state.changed();
    await this.#tell(channel, { type: `${eventPrefix(channel)}_archive`, user: this.#user(userName).id });
  }

  async unarchive(userName: string, channelName: string): Promise<void> {
    const channel = this.#channel(channelName);
    channel.archived = false;
    this.#state.changed();
    await this.#tell(channel, { type: `${eventPrefix(channel)}_unarchive`, user: this.#user(userName).id });
  }

  /** Nothing brings it back; for the bot it is as if it had never been. */
  async deleteChannel(channelName: string): Promise<void> {
    const channel = this.#channel(channelName);
    this.#state.deleteChannel(channel);
    await this.#tell(channel, { type: `${eventPrefix(channel)}_deleted` });
  }

  /**
   * The conversation has another id from now on (docs.slack.dev, `channel_id_changed`), of which the app hears if it is told.
   * Whoever uses the old one is told that there is no such channel.
   */
  async changeId(channelName: string, isTold = true): Promise<void> {
    const channel = this.#channel(channelName);
    const old = this.#state.changeId(channel);
    const ids = { old_channel_id: old, new_channel_id: channel.id };
    if (isTold) await this.#tell(channel, { type: 'channel_id_changed', ...ids });
  }

  /** `member_joined_channel` (docs.slack.dev, events), about the bot itself. */
  async tellBotJoined(channel: Channel, inviter: string | null): Promise<Acted> {
    return await this.#tell(channel, {
      type: 'member_joined_channel',
      user: this.#state.bot.id,
      channel_type: channel.kind === 'private' ? 'G' : 'C',
      team: this.#state.teamId,
      ...(inviter === null ? {} : { inviter }),
    });
  }

  /**
   * Writes to the bot in direct messages, without a slash command (docs.slack.dev, `message.im`).
   *
   * @param under the message it replies to
   */
  async write(
    userName: string,
    text: string,
    extra: Readonly<Record<string, unknown>> = {},
    under: Message | null = null,
  ): Promise<Acted> {
    const user = this.#user(userName);
    const message = { type: 'message', channel_type: 'im', ...written(user, text, under) };
    return await this.#tell(this.#state.directMessages(user.id), { ...message, ...extra });
  }

  /** Corrects what they wrote in direct messages, or Slack adds a preview to it (docs.slack.dev, `message_changed`). */
  async correct(userName: string, before: string, after: string): Promise<Acted> {
    const user = this.#user(userName);
    const old = { type: 'message', ...written(user, before, null) };
    const edited = { edited: { user: user.id, ts: String(Date.now() / 1000) } };
    return await this.#tell(this.#state.directMessages(user.id), {
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      channel_type: 'im',
      ts: String(Date.now() / 1000),
      message: { ...old, text: escapeTyped(after), ...edited },
      previous_message: old,
    });
  }

  /**
   * Names the bot in a channel (docs.slack.dev, `app_mention`), of which it hears where it is a member; `@drs` in the text is
   * the bot.
   *
   * @param under the message in whose thread it is written
   */
  async mention(userName: string, channelName: string, text: string, under: Message | null = null): Promise<Acted> {
    const channel = this.#channel(channelName);
    const user = this.#inChannel(userName, channel);
    const { bot } = this.#state;
    if (channel.kind === 'im') return await this.write(userName, text, {}, under);
    if (!channel.members.has(bot.id)) return { acked: false, slackSays: `@${bot.name} is not in this channel.` };
    const said = text.replaceAll(`@${bot.name}`, `<@${bot.id}>`);
    return await this.#tell(channel, { type: 'app_mention', ...written(user, said, under) });
  }

  /** Takes the app out of the workspace, or its token away, of which Slack tells the app by this event. */
  async takeOut(how: 'app_uninstalled' | 'tokens_revoked'): Promise<void> {
    await this.#sendEvent({ type: how }, {});
  }

  /** Sends an event about a channel; Slack tells the app of those it may know of (docs.slack.dev, events). */
  async #tell(channel: Channel, event: Readonly<Record<string, unknown>>): Promise<Acted> {
    const about = { channel: channel.id, event_ts: String(Date.now() / 1000) };
    return await this.#sendEvent({ ...event, ...about }, { is_ext_shared_channel: channel.external === 'shared' });
  }

  async #sendEvent(event: Readonly<Record<string, unknown>>, besides: object): Promise<Acted> {
    const ack = await this.#deliver('events_api', {
      type: 'event_callback',
      token: 'legacy-verification-token',
      team_id: this.#state.teamId,
      api_app_id: 'A0DRSDEMO',
      event_id: `Ev${randomUUID()}`,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [{ team_id: this.#state.teamId, user_id: this.#state.bot.id, is_bot: true }],
      ...besides,
      event,
    });
    return { acked: ack !== null, slackSays: null };
  }

  /** Sends a click that no message of ours would produce. */
  async forgeClick(userName: string, channelName: string, actionId: string, value: string): Promise<Acted> {
    const button = {
      type: 'button' as const,
      text: { type: 'plain_text' as const, text: 'forged' },
      action_id: actionId,
      value,
    };
    const channelId = this.#channel(channelName).id;
    const message = this.#state.postEphemeral(channelId, this.#user(userName).id, {
      text: 'forged',
      blocks: [{ type: 'actions', elements: [button] }],
    });
    return await this.click(userName, message, actionId);
  }

  /** An acknowledgement may carry an answer, which is shown like one to the response URL. */
  #shown(ack: Ack, origin: Origin, otherwise: string): Acted {
    if (ack === null) return { acked: false, slackSays: otherwise };
    if ('text' in ack || 'blocks' in ack) this.#urls.answer(origin, ack);
    return { acked: true, slackSays: null };
  }

  #common(origin: Origin) {
    return {
      token: 'legacy-verification-token',
      api_app_id: 'A0DRSDEMO',
      trigger_id: this.#state.makeTrigger(origin.userId),
      response_url: `${this.#baseUrl()}/response/${this.#urls.make(origin)}`,
    };
  }

  #user(name: string): User {
    const user = this.#state.findUser(name);
    if (user === undefined) throw new Error(`nobody is called ${name}`);
    return user;
  }

  /** Somebody of another organisation is only ever in channels that are shared with it. */
  #inChannel(name: string, channel: Channel): User {
    const user = this.#user(name);
    if (this.#isForeign(user) && !channel.members.has(user.id)) {
      throw new Error(`@${name} belongs to another organisation, and #${channel.name} is not shared with it`);
    }
    return user;
  }

  #isForeign({ teamId }: User): boolean {
    return teamId !== this.#state.teamId;
  }

  #channel(name: string): Channel {
    const channel = this.#state.findChannel(name);
    if (channel === undefined) throw new Error(`there is no channel ${name}`);
    return channel;
  }
}

/** Events about private channels have names of their own (docs.slack.dev, events). */
function eventPrefix({ kind }: Channel): 'channel' | 'group' {
  return kind === 'private' ? 'group' : 'channel';
}

/** What the events about a message of a person have in common. */
function written(user: User, text: string, under: Message | null) {
  const ts = String(Date.now() / 1000);
  const thread = under === null ? {} : { thread_ts: under.threadTs ?? under.ts };
  return { user: user.id, team: user.teamId, text: escapeTyped(text), ts, ...thread };
}

/** What Slack makes of characters that mean something to it; what it put there itself, for a channel or a person, stays. */
function escapeTyped(text: string): string {
  return text
    .split(/(<[#@!][^<>]*>)/u)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    )
    .join('');
}

function channelNameFor(channel: Channel): string {
  if (channel.kind === 'im') return 'directmessage';
  if (channel.kind === 'mpim') return `mpdm-${channel.name}-1`;
  return channel.kind === 'public' ? channel.name : 'privategroup';
}
