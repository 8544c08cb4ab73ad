import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { z } from 'zod';

import type { Typing } from './stand-ins/slack.ts';

const run = promisify(execFile);

/** A process the bench has started. */
export interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Slack and DRS in a process of their own, so that their work is nobody's whom we measure. */
export interface StandIns extends Running {
  readonly base: string;
  /** Types commands to an app; how long each took to be answered, in ms. */
  readonly type: (typing: Typing) => Promise<readonly number[]>;
  /** How long DRS takes over an answer from now on. */
  readonly delayDrs: (ms: number) => Promise<void>;
  /** Resolves when the app's socket is open. */
  readonly connected: (app: string) => Promise<void>;
  /** Batch-progress requests so far. */
  readonly drsRequests: () => Promise<number>;
}

/** The app-level tokens: they tell the stand-in who is who. */
export const OURS = 'xapp-ours';
export const BARE = 'xapp-bare';

const KEYS = { HUAWEICLOUD_SDK_AK: 'BENCHKEY', HUAWEICLOUD_SDK_SK: 'bench-secret' };
export const PROJECT = '0123456789abcdef0123456789abcdef';
/** The tick comes only when it is wanted. */
const NEVER = '0 0 1 1 *';

/** The words of `npm start` between `node` and the file. */
function flagsOfNpmStart(): readonly string[] {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { scripts } = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(text));
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Starts a built file of this repository with nothing in its environment but `env`. */
function start(path: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []) {
  const entry = new URL(path, import.meta.url).pathname;
  const child = spawn(process.execPath, [...flags, entry], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  // However the bench itself ends, nothing it has started stays behind.
  const kill = () => void child.kill();
  process.once('exit', kill);
  const stop = async () => {
    kill();
    await ended;
    process.off('exit', kill);
  };
  return { pid: child.pid ?? 0, stop, lines: createInterface(child.stdout) };
}

export async function startStandIns(): Promise<StandIns> {
  const { pid, stop, lines } = start('stand-ins/main.js', {});
  const [base] = z.tuple([z.string()]).parse(await once(lines, 'line'));
  const ask = async (name: string, body: string): Promise<unknown> =>
    (await fetch(`${base}/bench/${name}`, { method: 'POST', body })).json().catch(() => undefined);
  return {
    pid,
    stop,
    base,
    type: async (typing) => z.array(z.number()).parse(await ask('type', JSON.stringify(typing))),
    delayDrs: async (ms) => void (await ask('delay', String(ms))),
    connected: async (app) => void (await ask('connected', app)),
    drsRequests: async () => z.number().parse(await ask('requests', '')),
  };
}

/** The bot as `npm start` runs it, in Socket Mode, with an access key; resolves when its socket is open. */
export async function startOurs(
  { base, connected }: StandIns,
  databasePath: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const settings = {
    SLACK_BOT_TOKEN: 'xoxb-ours',
    SLACK_APP_TOKEN: OURS,
    SLACK_API_URL: `${base}/api`,
    DRS_ENDPOINT: base,
    IAM_ENDPOINT: base,
    DRS_PROJECT_ID: PROJECT,
    DRS_MAX_RPS: '100',
    ...KEYS,
    POLL_SCHEDULE: NEVER,
    DATABASE_URL: `sqlite:${databasePath}`,
    LOG_LEVEL: 'warn',
    ...env,
  };
  const running = start('../src/main.js', settings, flagsOfNpmStart());
  running.lines.on('line', (line) => console.error(line));
  await connected(OURS);
  return running;
}

/** The bare Bolt app; resolves when its socket is open. */
export async function startBare({ base, connected }: StandIns): Promise<Running> {
  const running = start('bare-bolt.js', { SLACK_API_URL: `${base}/api/`, SLACK_APP_TOKEN: BARE, DRS_ENDPOINT: base });
  await connected(BARE);
  return running;
}

/** Resident memory of a process, in MB. */
export async function residentMb(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) / 1024;
}
