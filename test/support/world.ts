import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startBot } from '../../src/bot.ts';
import type { Bot } from '../../src/bot.ts';
import type { Overrides } from '../../src/wiring/resources.ts';
import { parseConfig } from '../../src/config/config.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator, SimulatorOptions } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace, WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import type { EphemeralMessage, Message } from '../../demo/slack-workspace/workspace.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { AT_ONCE, QUICK_VERDICTS } from './quick-durations.ts';

type Mode = 'socket' | 'http';

/** Ticks come only when a test asks for them. */
export const NEVER = '0 0 29 2 *';

/** Short, so that nothing waits; a test that is about one of them sets it. */
const SHORT_DURATIONS = {
  askAgainMs: 0,
  pollSpacingMs: 0,
  postPaceMs: 0,
  workspacePace: { everyMs: 1, burst: 1_000 },
  reconcileAfterMs: 60,
  reconcileAgainMs: 60,
  readPace: { everyMs: 1, burst: 1_000 },
  firstRetryMs: 20,
  longestRetryMs: 100,
  causeRetryMs: 20,
  editPace: { everyMs: 1, burst: 1_000 },
  waitPollMs: 5,
  verdicts: QUICK_VERDICTS,
  incidents: AT_ONCE,
  // A start that fails ends.
  maxFaultMs: 0,
  maxRefusalMs: 0,
};

/** A bot between a Slack workspace and a DRS, all on loopback, as an end-to-end test needs it. */
export interface World extends AsyncDisposable {
  readonly slack: SlackWorkspace;
  readonly drs: DrsSimulator;
  readonly bot: () => Bot;
  /** The environment the bot was started with. */
  readonly env: Readonly<Record<string, string>>;
  /** @param changes to the environment, for this run */
  start(changes?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
  /** Types a command and returns the answer only that person sees. */
  ask(user: string, channel: string, line: string): Promise<EphemeralMessage>;
  /** Waits for the next message in a channel beyond the first `known`. */
  nextMessage(channel: string, known: number): Promise<Message>;
  texts(channel: string): readonly string[];
}

export interface WorldOptions {
  readonly mode?: Mode;
  readonly workspace?: WorkspaceOptions;
  readonly simulator?: SimulatorOptions;
  readonly overrides?: Overrides;
  readonly env?: Readonly<Record<string, string>>;
  /** Prepares the workspace before the bot starts; the settings it returns are added to the bot's. */
  readonly stage?: (slack: SlackWorkspace) => Readonly<Record<string, string>>;
}

/** Starts both stand-ins and the bot. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const mode = options.mode ?? 'socket';
  const [slack, drs] = await Promise.all([
    startSlackWorkspace(options.workspace),
    startDrsSimulator(options.simulator),
  ]);
  slack.addUser('ana');
  slack.addUser('ben');
  const env = { ...(await environment(mode, slack, drs)), ...options.env, ...options.stage?.(slack) };
  let bot: Bot | null = null;
  const running = () => {
    if (bot === null) throw new Error('the bot is not running');
    return bot;
  };
  const start = async (changes: Readonly<Record<string, string>> = {}) => {
    const durations = { ...SHORT_DURATIONS, ...options.overrides?.durations };
    bot = await startBot(parseConfig({ ...env, ...changes }, isSchedule), { ...options.overrides, durations });
    if (bot.port !== null) slack.deliverTo(`http://127.0.0.1:${bot.port}/slack/events`);
  };
  const stop = async () => {
    await bot?.stop();
    bot = null;
  };
  await start().catch(async (error: unknown) => {
    await Promise.all([slack.stop(), drs.stop()]);
    throw error;
  });
  return {
    slack,
    drs,
    bot: running,
    env,
    start,
    stop,
    async ask(user, channel, line) {
      const known = slack.ephemerals(channel, user).length;
      const acted = await slack.people.type(user, channel, line);
      if (!acted.acked) throw new Error(acted.slackSays ?? 'not acknowledged');
      return await slack.waitFor(`an answer to ${line}`, () => slack.ephemerals(channel, user)[known]);
    },
    nextMessage: (channel, known) =>
      slack.waitFor(`message ${known + 1} in ${channel}`, () => slack.messages(channel)[known]),
    texts: (channel) => slack.messages(channel).map((message) => message.text),
    async [Symbol.asyncDispose]() {
      await stop();
      await Promise.all([slack.stop(), drs.stop()]);
    },
  };
}

/** What the bot is configured with to live between the two stand-ins, on a database of its own. */
export async function environment(
  mode: Mode,
  slack: SlackWorkspace,
  drs: DrsSimulator,
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-'));
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === 'socket'
      ? { SLACK_APP_TOKEN: slack.appToken }
      : { SLACK_SIGNING_SECRET: slack.signingSecret, PORT: '0' }),
    SLACK_API_URL: slack.apiUrl,
    DRS_ENDPOINT: drs.endpoint,
    IAM_ENDPOINT: drs.endpoint,
    DRS_PROJECT_ID: drs.projectId,
    DRS_MAX_RPS: '100',
    IAM_DOMAIN: drs.credentials.domain,
    IAM_USER: drs.credentials.user,
    IAM_PASSWORD: drs.credentials.password,
    POLL_SCHEDULE: NEVER,
    DATABASE_URL: `sqlite:${join(folder, 'bot.db')}`,
    LOG_LEVEL: 'silent',
  };
}
