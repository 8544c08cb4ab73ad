import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import { SIMULATED_KEYS, startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { Message } from '../../demo/slack-workspace/workspace.ts';
import { hopClock, Traffic } from './hop-clock.ts';
import type { HopClock } from './hop-clock.ts';

/** Where a fault is made to happen. */
export interface Stage {
  readonly slack: SlackWorkspace;
  readonly drs: DrsSimulator;
  readonly clock: HopClock;
  /** Sets the clock of the cloud so many ms ahead of everybody else's. */
  setCloudAhead(ms: number): void;
  job(name: JobName): SimulatedJob;
  /** Messages of the bot that somebody took away. */
  readonly takenAway: Message[];
}

/** A stage that somebody ends. */
export interface OpenStage extends Stage {
  /** Stops both stand-ins. */
  close(): Promise<void>;
}

/** Jobs of the story. `spare` is there for a fault to do something to; nothing else ever happens to `shop`. */
export const JOBS = ['orders', 'billing', 'shop', 'stock', 'spare'] as const;
export type JobName = (typeof JOBS)[number];

/**
 * How long a fault lasts, in ms: it has happened once or twice by then, or it lasts until it is mended. DRS is blind after
 * ten minutes, and people hear of what Slack refuses after five.
 */
export const LASTS = { moment: 60_000, minutes: 3 * 60_000, long: 7 * 60_000, blinding: 13 * 60_000 } as const;

/** Where whoever runs the bot looks, while something is wrong or after. */
export interface Sign {
  readonly where: 'log' | 'metrics' | 'readyz' | 'health' | 'ops';
  readonly says: RegExp;
}

/** One fault of one side. */
export interface Row {
  readonly name: string;
  readonly lasts: keyof typeof LASTS;
  /** Lets it begin. */
  begin(stage: Stage): void;
  /** Ends it, beside what ends all faults of the stand-ins. */
  mend?(stage: Stage): void;
  /** Requests stay open. */
  readonly hangs?: true;
  /** The operator can see why: all of these. */
  readonly signs: readonly Sign[];
}

/** How the bot signs in to DRS: a cloud whose clock is wrong refuses signatures only. */
export type SignIn = 'password' | 'key';

/** A fault of DRS. */
export interface DrsRow extends Row {
  /** What the channels can know while it lasts: all that changes, nothing for less or nothing for more than ten minutes. */
  readonly sight: 'sees' | 'misses' | 'blind';
  readonly signIn?: SignIn;
  /** It has begun when the first job fails. */
  readonly isEarly?: true;
  /** What whoever asks about a job that replicates reads meanwhile; as `sight` has it unless given. */
  readonly reads?: RegExp;
  /** DRS is asked for progress at most this often meanwhile: it wants to be left alone. */
  readonly maxRequests?: number;
  /** What else the channel of `billing` is told, once. */
  readonly alsoTold?: RegExp;
}

/** A fault of Slack. */
export interface SlackRow extends Row {
  /** Another row means the same by another name. */
  readonly isLikeAnother?: true;
  /** What people type is answered all the same, once. */
  readonly hears?: true;
}

/** Both stand-ins, the jobs of the story and two channels, at eight in the morning. */
export async function openStage(): Promise<OpenStage> {
  const traffic = new Traffic();
  const clock = hopClock(Date.UTC(2026, 10, 26, 8), traffic);
  let aheadMs = 0;
  const [slack, drs] = await Promise.all([
    startSlackWorkspace({ now: () => clock.now() }),
    startDrsSimulator({ clock: () => clock.now() + aheadMs }),
  ]);
  for (const address of [slack.apiUrl, drs.endpoint]) traffic.watch(new URL(address).origin);
  for (const name of ['ana', 'ben']) slack.addUser(name);
  for (const name of ['one', 'two']) slack.addChannel(name);
  slack.addChannel('ops', { withBot: true });
  for (const name of JOBS) drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
  return {
    slack,
    drs,
    clock,
    takenAway: [],
    setCloudAhead: (ms) => void (aheadMs = ms),
    job(name) {
      const job = drs.findJob(name);
      if (job === undefined) throw new Error(`there is no job ${name}`);
      return job;
    },
    async close() {
      await Promise.all([slack.stop(), drs.stop()]);
      traffic[Symbol.dispose]();
    },
  };
}

/** What a bot on the stage is told from outside. */
export function environment(
  { slack, drs }: Stage,
  { signIn, databaseUrl }: { readonly signIn: SignIn; readonly databaseUrl: string },
): Record<string, string> {
  const { domain, user, password } = drs.credentials;
  const { accessKey, secretKey } = SIMULATED_KEYS.permanent;
  const secrets =
    signIn === 'key'
      ? { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: secretKey }
      : { IAM_DOMAIN: domain, IAM_USER: user, IAM_PASSWORD: password };
  return {
    ...secrets,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DRS_ENDPOINT: drs.endpoint,
    IAM_ENDPOINT: drs.endpoint,
    DRS_PROJECT_ID: drs.projectId,
    DATABASE_URL: databaseUrl,
    OPS_PORT: '0',
    OPS_CHANNEL: slack.state.findChannel('ops')?.id ?? '',
    LOG_LEVEL: 'silent',
  };
}
