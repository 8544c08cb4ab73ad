import { randomUUID } from 'node:crypto';

import type { Block, View } from './validate-blocks.ts';

/** A person who can be met in the workspace. */
export interface User {
  readonly id: string;
  readonly name: string;
  /** Such as `en-US`. */
  readonly locale: string;
  /** The time zone, such as Europe/Berlin; null where Slack does not tell. */
  readonly zone: string | null;
  /** The workspace the person belongs to: another one for somebody who is met through Slack Connect. */
  readonly teamId: string;
  /** Guests of several channels are `restricted`, those of one `ultra_restricted`. */
  standing: 'member' | 'restricted' | 'ultra_restricted' | 'deactivated';
}

/** A conversation. Members are user ids; the bot is one of them where it may see the channel. */
export interface Channel {
  /** Slack may change it, as when a private channel is shared. */
  id: string;
  readonly name: string;
  /** `mpim`: direct messages of a group. */
  readonly kind: 'public' | 'private' | 'im' | 'mpim';
  archived: boolean;
  /** Shared with another organisation through Slack Connect, or that organisation is invited. */
  external: 'no' | 'invited' | 'shared';
  readonly members: Set<string>;
}

/** What a message shows. */
export interface Content {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A message everybody in a channel sees. */
export interface Message extends Content {
  readonly ts: string;
  readonly channelId: string;
  readonly userId: string;
  readonly metadata: unknown;
  /** The message it answers to; null for one in the channel itself. */
  readonly threadTs: string | null;
  readonly edited: boolean;
}

/** A message that one person sees until they reload. */
export interface EphemeralMessage extends Content {
  readonly id: string;
  readonly channelId: string;
  readonly forUserId: string;
  /** The thread it is shown in, by its first message; null for the channel itself. */
  readonly threadTs: string | null;
}

/** A dialog that somebody sees, or their Home tab. */
export interface ShownView {
  readonly userId: string;
  readonly view: View;
}

/** A trigger opens one dialog, and soon (docs.slack.dev, "Handling user interaction"). */
const TRIGGER_MS = 3_000;

/** Everything the workspace knows; observers are told after each change. */
export class WorkspaceState {
  readonly teamId = 'T0DRSDEMO';
  readonly teamName = 'Acme';
  readonly bot: User = {
    id: 'U0DRSBOT',
    name: 'drs',
    locale: 'en-US',
    zone: null,
    teamId: 'T0DRSDEMO',
    standing: 'member',
  };
  readonly botId = 'B0DRSBOT';
  readonly users: User[] = [];
  readonly channels: Channel[] = [];
  readonly messages: Message[] = [];
  readonly ephemerals: EphemeralMessage[] = [];
  readonly views: ShownView[] = [];
  /** Kinds of block that this workspace does not know, such as `data_visualization`: messages with one are refused. */
  readonly refusedBlocks = new Set<string>();
  readonly #now: () => number;
  readonly #observers = new Set<() => void>();
  readonly #triggers = new Map<string, { readonly userId: string; readonly until: number; isUsed: boolean }>();
  #lastTs = 0;
  #ephemeralCount = 0;

  /** @param now the workspace's clock in ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  addUser(name: string, locale = 'en-US', changes: Partial<Pick<User, 'teamId' | 'standing' | 'zone'>> = {}): User {
    const id = `U${String(this.users.length + 1).padStart(8, '0')}`;
    const user: User = { id, name, locale, zone: null, teamId: this.teamId, standing: 'member', ...changes };
    this.users.push(user);
    return user;
  }

  addChannel(name: string, kind: Channel['kind'], members: readonly string[]): Channel {
    const initial = kind === 'im' ? 'D' : 'C';
    const id = `${initial}${String(this.channels.length + 1).padStart(8, '0')}`;
    const channel: Channel = { id, name, kind, archived: false, external: 'no', members: new Set(members) };
    this.channels.push(channel);
    return channel;
  }

  /** Slack gives a conversation another id; its messages are there under the new one. */
  changeId(channel: Channel): string {
    const old = channel.id;
    channel.id = `C${String(this.channels.length + 1).padStart(7, '0')}X`;
    this.messages.forEach((message, index) => {
      if (message.channelId === old) this.messages[index] = { ...message, channelId: channel.id };
    });
    this.changed();
    return old;
  }

  /** A conversation that is no more, with its messages. */
  deleteChannel(channel: Channel): void {
    this.channels.splice(this.channels.indexOf(channel), 1);
    const left = this.messages.filter((message) => message.channelId !== channel.id);
    this.messages.splice(0, this.messages.length, ...left);
    this.changed();
  }

  /** The direct messages between a person and the bot; made when they are first needed. */
  directMessages(userId: string): Channel {
    const name = `dm-${this.findUser(userId)?.name ?? userId}`;
    return this.findChannel(name) ?? this.addChannel(name, 'im', [userId, this.bot.id]);
  }

  /** By id, or by name with or without `#`. */
  findChannel(idOrName: string): Channel | undefined {
    const name = idOrName.replace(/^#/, '');
    return this.channels.find((channel) => channel.id === idOrName || channel.name === name);
  }

  /** By id, or by name. */
  findUser(idOrName: string): User | undefined {
    return [...this.users, this.bot].find((user) => user.id === idOrName || user.name === idOrName);
  }

  post(channelId: string, content: Content, metadata: unknown = null, threadTs: string | null = null): Message {
    const message = {
      ...content,
      ts: this.#nextTs(),
      channelId,
      userId: this.bot.id,
      metadata,
      threadTs,
      edited: false,
    };
    this.messages.push(message);
    this.changed();
    return message;
  }

  postEphemeral(
    channelId: string,
    forUserId: string,
    content: Content,
    threadTs: string | null = null,
  ): EphemeralMessage {
    this.#ephemeralCount += 1;
    const message = { ...content, id: `E${this.#ephemeralCount}`, channelId, forUserId, threadTs };
    this.ephemerals.push(message);
    this.changed();
    return message;
  }

  /** Replaces a message; false when there is none. */
  edit(channelId: string, ts: string, content: Content, metadata?: unknown): boolean {
    const index = this.messages.findIndex((message) => message.channelId === channelId && message.ts === ts);
    const message = this.messages[index];
    if (message === undefined) return false;
    this.messages[index] = { ...message, ...content, metadata: metadata ?? message.metadata, edited: true };
    this.changed();
    return true;
  }

  /** Takes a message away, as a person or its author may; false when there is none. */
  remove(channelId: string, ts: string): boolean {
    const index = this.messages.findIndex((message) => message.channelId === channelId && message.ts === ts);
    if (index === -1) return false;
    this.messages.splice(index, 1);
    this.changed();
    return true;
  }

  editEphemeral(id: string, content: Content | null): void {
    const index = this.ephemerals.findIndex((message) => message.id === id);
    const message = this.ephemerals[index];
    if (message === undefined) return;
    if (content === null) this.ephemerals.splice(index, 1);
    else this.ephemerals[index] = { ...message, ...content };
    this.changed();
  }

  /** Somebody has done something that may open a dialog. */
  makeTrigger(userId: string): string {
    const id = randomUUID();
    this.#triggers.set(id, { userId, until: this.#now() + TRIGGER_MS, isUsed: false });
    return id;
  }

  /** Opens a dialog; the name of Slack's refusal when the trigger does not do. */
  openView(triggerId: string, view: View): string | null {
    const trigger = this.#triggers.get(triggerId);
    if (trigger === undefined) return 'invalid_trigger_id';
    if (trigger.isUsed) return 'exchanged_trigger_id';
    if (this.#now() > trigger.until) return 'expired_trigger_id';
    trigger.isUsed = true;
    this.showView(trigger.userId, view);
    return null;
  }

  showView(userId: string, view: View): void {
    this.views.push({ userId, view });
    this.changed();
  }

  /** Calls `observer` after every change until the returned function is called. */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  changed(): void {
    for (const observer of this.#observers) observer();
  }

  /** Seconds and microseconds, unique and growing like Slack's. */
  #nextTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, Math.floor(this.#now() * 1_000));
    return `${Math.floor(this.#lastTs / 1_000_000)}.${String(this.#lastTs % 1_000_000).padStart(6, '0')}`;
  }
}
