import { COMMANDS } from '../src/slack/parsing/parse-command.ts';
import type { FaultChanges } from './fault-changes.ts';
import type { JobChanges } from './job-changes.ts';
import type { Acted } from './slack-workspace/people.ts';
import { renderAsText } from './slack-workspace/render-as-text.ts';
import type { SlackWorkspace } from './slack-workspace/slack-workspace.ts';
import { pressablesIn } from './slack-workspace/pressables.ts';
import type { EphemeralMessage, Message } from './slack-workspace/workspace.ts';

/** What the prompt understands, for whoever tries the demo. */
export const PROMPT_HELP = [
  '  /drs help              type a command (as @ana in #migrations); help without the slash shows this',
  '  press Refresh          press a button of the newest message that has it',
  '  tick orders, billing   tick these boxes in the dialog that was opened last, and send it off',
  '  as li                  become @li, whose Slack is Chinese; also ana, ben, gus (a guest), sam (of another organisation)',
  '  in orders-team         go to another channel; also migrations, secret (private, @li alone is in it), partners (shared with another organisation), dm (direct messages with the bot)',
  '  share                  share this channel with another organisation; unshare ends that',
  '  say orders             write to the bot in direct messages, without the slash command',
  '  mention orders         name the bot in this channel; reply orders does so in the thread of its newest message here',
  '  shortcut watch_job     choose a shortcut of the app; home opens its Home tab',
  '  invite                 invite the bot into this channel; kick throws it out',
  '  drs orders PAUSING     let a job enter a status; add error=… for a cause',
  '  rename orders shop     give a job another name',
  '  recreate orders        delete a job and make another one that is called the same; delete orders only deletes it',
  '  drs orders restore     bring a deleted job back',
  '  drs all refuse         let DRS refuse every question with "no such job"; drs all answer ends that',
  '  odd orders 404         let DRS refuse every request that has this job in it, with this HTTP status; odd orders ends it',
  '  quota 5                let DRS answer so many progress requests a minute; quota ends it',
  '  fail progress 503 3    let the next three requests for progress fail; 20s: for 20 s; always: until fail end. Also list, detail, … and hang, slow, reset, cut, html, empty, huge, deep, bom, missing, extra, doubled, nulls, figures, throttled, day',
  '  fail slack chat.postMessage not_in_channel 20s    the same for calls of Slack, * for all; also hang, reset, lost, ratelimited, 500',
  '  socket drop            break the socket to Slack; also refresh, mute, silent, refuse, double, late, again, strangers 1, frame null; socket greet mends them',
  '  key rotate             give the access key another secret in the cloud; key lock locks it; key fix mends both',
  '  clock 180              set the clock of the cloud so many minutes ahead',
  '  Start with `npm run demo -- --password`, `--temporary-key`, `--wrong-key` or `--no-project` to see these.',
] as const;

/** What the prompt can do to the cloud. Each says what it did, or what was wrong. */
export interface Cloud extends JobChanges, FaultChanges {
  rotateKey(): string;
  lockKey(): string;
  fixKey(): Promise<string>;
  setClock(minutesAhead: number): Promise<string>;
}

/** One person at a time, in one channel at a time, acting in the local workspace. */
export class Prompt {
  readonly #slack: SlackWorkspace;
  readonly #cloud: Cloud;
  readonly #print: (line: string) => void;
  /** When each message came, in the order of its first sight. */
  readonly #seen = new Map<string, number>();
  #user = 'ana';
  #channel = 'migrations';

  constructor(slack: SlackWorkspace, cloud: Cloud, print: (line: string) => void) {
    this.#slack = slack;
    this.#cloud = cloud;
    this.#print = print;
    slack.state.observe(() => this.#notice());
  }

  /** Carries out one line; what it does not understand, it says. */
  async take(line: string): Promise<void> {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    const problem = await this.#carryOut(word, rest, line.trim()).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (problem !== null) this.#print(`  ${problem.trimStart()}`);
  }

  async #carryOut(word: string, rest: readonly string[], line: string): Promise<string | null> {
    if (word === '') return null;
    if (word.startsWith('/')) return (await this.#slack.people.type(this.#user, this.#channel, line)).slackSays;
    switch (word) {
      case 'help':
        return [...PROMPT_HELP].join('\n');
      case 'press':
        return await this.#press(rest.join(' '));
      case 'tick':
        return await this.#tick(rest.join(' '));
      case 'as':
        return this.#become(rest[0] ?? '');
      case 'in':
        return this.#goTo((rest[0] ?? '').replace(/^#/, ''));
      case 'say':
        return (await this.#slack.people.write(this.#user, rest.join(' '))).slackSays;
      case 'mention':
        return (await this.#slack.people.mention(this.#user, this.#channel, `@drs ${rest.join(' ')}`)).slackSays;
      case 'reply':
        return await this.#reply(`@drs ${rest.join(' ')}`);
      case 'shortcut':
        return await this.#view(() => this.#slack.people.shortcut(this.#user, rest[0] ?? ''));
      case 'home':
        return await this.#view(() => this.#slack.people.openHome(this.#user));
      case 'invite':
        await this.#slack.people.invite(this.#user, this.#channel);
        return null;
      case 'kick':
        this.#slack.state.findChannel(this.#channel)?.members.delete(this.#slack.state.bot.id);
        return `The bot is no longer in #${this.#channel}.`;
      case 'share':
        await this.#slack.people.share(this.#channel);
        return `#${this.#channel} is shared with another organisation.`;
      case 'unshare':
        await this.#slack.people.unshare(this.#channel);
        return `#${this.#channel} is shared no more.`;
      case 'drs': {
        const error = /\berror=(.*)$/.exec(line)?.[1] ?? null;
        return this.#cloud.changeJob(rest[0] ?? '', rest[1] ?? '', error);
      }
      case 'rename':
        return this.#cloud.renameJob(rest[0] ?? '', rest.slice(1).join(' '));
      case 'recreate':
        return this.#cloud.recreateJob(rest.join(' '));
      case 'delete':
        return this.#cloud.deleteJob(rest.join(' '));
      case 'odd':
        return this.#cloud.makeOdd(rest[0] ?? '', Number(rest[1] ?? 0) || null);
      case 'quota':
        return this.#cloud.setQuota(Number(rest[0] ?? 0) || null);
      case 'fail':
        if (rest[0] === 'end') return this.#cloud.endFaults();
        return rest[0] === 'slack'
          ? this.#cloud.failSlack(rest[1] ?? '', rest[2] ?? '', rest[3] ?? '')
          : this.#cloud.failDrs(rest[0] ?? '', rest[1] ?? '', rest[2] ?? '');
      case 'socket':
        return this.#cloud.changeSocket(rest[0] ?? '', rest.slice(1).join(' '));
      case 'key':
        if (rest[0] === 'rotate') return this.#cloud.rotateKey();
        if (rest[0] === 'lock') return this.#cloud.lockKey();
        return rest[0] === 'fix' ? await this.#cloud.fixKey() : 'Say: key rotate, key lock, or key fix.';
      case 'clock':
        return await this.#cloud.setClock(Number(rest[0] ?? 0) || 0);
      default:
        return COMMANDS.some(({ verb }) => verb === word.toLowerCase())
          ? `A command begins with a slash: /drs ${line}`
          : 'I do not understand that. help says what there is here, /drs help what the bot does.';
    }
  }

  /** Says something in the thread of the newest message of this channel. */
  async #reply(text: string): Promise<string | null> {
    const newest = this.#slack.messages(this.#channel).at(-1);
    if (newest === undefined) return 'There is no message here.';
    return (await this.#slack.people.mention(this.#user, this.#channel, text, newest)).slackSays;
  }

  async #press(label: string): Promise<string | null> {
    const { messages, ephemerals } = this.#slack.state;
    const channelId = this.#slack.state.findChannel(this.#channel)?.id;
    const userId = this.#slack.state.findUser(this.#user)?.id;
    const visible: readonly (Message | EphemeralMessage)[] = [
      ...messages.filter((one) => one.channelId === channelId),
      ...ephemerals.filter((one) => one.channelId === channelId && one.forUserId === userId),
    ];
    const newest = visible.toSorted((one, other) => this.#cameAt(other) - this.#cameAt(one));
    for (const message of newest) {
      const called = labelsOf(message).find((one) => plainLabel(one) === plainLabel(label));
      if (called !== undefined) return (await this.#slack.people.click(this.#user, message, called)).slackSays;
    }
    const labels = [...new Set(newest.flatMap(labelsOf))];
    const others = labels.length === 0 ? '' : ` There are ${labels.join(', ')}.`;
    return `There is no button ${label} here.${others}`;
  }

  #notice(): void {
    const { messages, ephemerals } = this.#slack.state;
    for (const one of [...messages, ...ephemerals]) {
      const key = keyOf(one);
      if (!this.#seen.has(key)) this.#seen.set(key, this.#seen.size);
    }
  }

  #cameAt(message: Message | EphemeralMessage): number {
    return this.#seen.get(keyOf(message)) ?? -1;
  }

  async #tick(labels: string): Promise<string | null> {
    const userId = this.#slack.state.findUser(this.#user)?.id;
    const shown = this.#slack.state.views.findLast((one) => one.userId === userId);
    if (shown === undefined) return 'There is no dialog.';
    const ticked = labels.split(',').map((label) => label.trim());
    return (await this.#slack.people.submit(this.#user, shown.view, ticked)).slackSays;
  }

  /** What somebody does, and the view that it opens. */
  async #view(act: () => Promise<Acted>): Promise<string | null> {
    const known = this.#slack.state.views.length;
    const { slackSays } = await act();
    if (slackSays !== null) return slackSays;
    const { view } = await this.#slack.waitFor('a view', () => this.#slack.state.views[known]);
    return renderAsText({ text: '', blocks: view.blocks }, this.#slack.state).join('\n  ');
  }

  #become(name: string): string {
    const { users, teamId } = this.#slack.state;
    const user = users.find((one) => one.name === name);
    if (user === undefined) return `Nobody is called ${name}.`;
    this.#user = name;
    // Private places are not taken along.
    if (user.teamId !== teamId) this.#channel = 'partners';
    else if (this.#slack.state.findChannel(this.#channel)?.kind !== 'public') this.#channel = 'migrations';
    return `You are @${name} in #${this.#channel}.`;
  }

  #goTo(name: string): string {
    const user = this.#slack.state.findUser(this.#user);
    const channel =
      name === 'dm' ? this.#slack.state.directMessages(user?.id ?? '') : this.#slack.state.findChannel(name);
    if (channel === undefined) return `There is no channel ${name}.`;
    if (channel.kind === 'private' && !channel.members.has(user?.id ?? ''))
      return `@${this.#user} is not in #${channel.name}.`;
    this.#channel = channel.name;
    return channel.kind === 'im' ? `You are in your direct messages with the bot.` : `You are in #${channel.name}.`;
  }
}

function keyOf(message: Message | EphemeralMessage): string {
  return 'ts' in message ? message.channelId + message.ts : message.id;
}

function labelsOf({ blocks }: Message | EphemeralMessage): readonly string[] {
  return pressablesIn(blocks).map(({ label }) => label);
}

/** A label as somebody types it: in any case, and without the three dots that say that a dialog follows. */
function plainLabel(label: string): string {
  return label.toLowerCase().replace(/\s*(?:…|\.{3})$/, '');
}
