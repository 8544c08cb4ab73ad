import { z } from 'zod';

import type { LogLevel } from './runtime/logger.ts';

/** A value that does not print: not in logs, errors, JSON or string concatenation. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '•••';
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Where the database is when nothing else is said. */
export const DEFAULT_DATABASE_URL = 'sqlite:data/drs-bot.db';

/** Everything the bot is told from outside. */
export interface Config {
  readonly slack: {
    readonly botToken: Secret;
    /** Ends in `/`. */
    readonly apiUrl: string;
    /** Begins with `/`. */
    readonly command: string;
    readonly receiver: ReceiverConfig;
  };
  readonly drs: {
    /** No trailing slash. */
    readonly endpoint: string;
    readonly iamEndpoint: string;
    readonly projectId: string;
    /** What DRS is asked to answer in: `en-us`, `zh-cn`, … */
    readonly language: string;
    /** Jobs in one request. */
    readonly batchSize: number;
    /** Requests a second over the whole process. */
    readonly maxRps: number;
    readonly domain: string;
    readonly user: string;
    readonly password: Secret;
  };
  /** A cron pattern of five fields, or six with seconds first. */
  readonly pollSchedule: string;
  /** `sqlite:` and a path. */
  readonly databaseUrl: string;
  readonly logLevel: LogLevel;
}

/** How Slack reaches the bot: over a socket the bot opens, or by signed requests to a port. */
type ReceiverConfig =
  | { readonly mode: 'socket'; readonly appToken: Secret }
  | { readonly mode: 'http'; readonly signingSecret: Secret; readonly host: string; readonly port: number };

/** Every mistake in the environment, one line each; values are never shown. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.map((one) => `  ${one}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const required = (example: string) => z.string({ error: `is missing; expected ${example}` });

const url = (example: string) =>
  z
    .string()
    .transform((text) => (/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`).replace(/\/+$/, ''))
    .refine((text) => URL.canParse(text) && /^https?:\/\//i.test(text), {
      error: `expected a web address like ${example}`,
    });

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: `expected a whole number from ${least} to ${most}` })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `expected a whole number from ${least} to ${most}` });

const environment = z
  .object({
    SLACK_BOT_TOKEN: required('the bot token of your Slack app, xoxb-…').regex(/^xox[be]/, {
      error: 'expected the bot token, which begins with xoxb- (OAuth & Permissions page of your Slack app)',
    }),
    SLACK_APP_TOKEN: z
      .string()
      .regex(/^xapp-/, {
        error: 'expected an app-level token, which begins with xapp- (Basic Information page of your Slack app)',
      })
      .optional(),
    SLACK_SIGNING_SECRET: z.string().optional(),
    SLACK_API_URL: url('https://slack.com/api/').default('https://slack.com/api'),
    SLACK_COMMAND: z
      .string()
      .regex(/^\/[^\s/]{1,31}$/, {
        error: 'expected a slash command like /drs: a slash and up to 31 characters without blanks',
      })
      .default('/drs'),
    HOST: z.string().default('127.0.0.1'),
    PORT: whole(0, 65_535).default(3000),
    DRS_REGION: z
      .string()
      .regex(/^[a-z]{2}-[a-z]+-\d+$/, { error: 'expected a region id like ap-southeast-1' })
      .optional(),
    DRS_ENDPOINT: url('https://drs.ap-southeast-1.myhuaweicloud.com').optional(),
    IAM_ENDPOINT: url('https://iam.ap-southeast-1.myhuaweicloud.com').optional(),
    DRS_PROJECT_ID: required('the project id of your region (console: My Credentials)').regex(/^[0-9a-zA-Z_-]{1,64}$/, {
      error: 'expected a project id: letters and digits, 32 as a rule',
    }),
    DRS_LANGUAGE: z
      .string()
      .toLowerCase()
      .regex(/^[a-z]{2}-[a-z]{2}$/, { error: 'expected a language like en-us or zh-cn' })
      .default('en-us'),
    DRS_BATCH_SIZE: whole(1, 100).default(10),
    DRS_MAX_RPS: whole(1, 100).default(5),
    IAM_DOMAIN: required('the name of the account (domain) that owns the IAM user'),
    IAM_USER: required('the name of an IAM user with programmatic access'),
    IAM_PASSWORD: required("the IAM user's password"),
    POLL_SCHEDULE: z.string().default('* * * * *'),
    DATABASE_URL: z
      .string()
      .regex(/^sqlite:./, { error: 'expected sqlite: and a path, like sqlite:data/drs-bot.db' })
      .default(DEFAULT_DATABASE_URL),
    LOG_LEVEL: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'expected debug, info, warn, error or silent' })
      .default('info'),
  })
  .superRefine((env, check) => {
    const complain = (name: string, message: string) => check.addIssue({ code: 'custom', path: [name], message });
    if (env.SLACK_APP_TOKEN === undefined && env.SLACK_SIGNING_SECRET === undefined) {
      complain(
        'SLACK_APP_TOKEN',
        'is missing, and so is SLACK_SIGNING_SECRET; set the app token (xapp-…) for Socket Mode, or the signing secret for HTTP',
      );
    }
    if (env.DRS_REGION === undefined && (env.DRS_ENDPOINT === undefined || env.IAM_ENDPOINT === undefined)) {
      complain(
        'DRS_REGION',
        'is missing; expected a region id like ap-southeast-1, or both DRS_ENDPOINT and IAM_ENDPOINT',
      );
    }
  });

/**
 * Reads the environment. Blank values count as unset.
 *
 * @throws ConfigError with all mistakes at once
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  isSchedule: (pattern: string) => boolean,
): Config {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value.trim()]],
    ),
  );
  const parsed = environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const schedule = given['POLL_SCHEDULE'];
  if (schedule !== undefined && !isSchedule(schedule)) {
    problems.push(
      'POLL_SCHEDULE: expected a cron pattern of five fields like * * * * * (every minute), or six with seconds first',
    );
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

function toConfig(env: z.infer<typeof environment>): Config {
  const region = env.DRS_REGION ?? '';
  return {
    slack: {
      botToken: new Secret(env.SLACK_BOT_TOKEN),
      apiUrl: `${env.SLACK_API_URL}/`,
      command: env.SLACK_COMMAND,
      receiver: toReceiver(env),
    },
    drs: {
      endpoint: env.DRS_ENDPOINT ?? `https://drs.${region}.myhuaweicloud.com`,
      iamEndpoint: env.IAM_ENDPOINT ?? `https://iam.${region}.myhuaweicloud.com`,
      projectId: env.DRS_PROJECT_ID,
      language: env.DRS_LANGUAGE,
      batchSize: env.DRS_BATCH_SIZE,
      maxRps: env.DRS_MAX_RPS,
      domain: env.IAM_DOMAIN,
      user: env.IAM_USER,
      password: new Secret(env.IAM_PASSWORD),
    },
    pollSchedule: env.POLL_SCHEDULE,
    databaseUrl: env.DATABASE_URL,
    logLevel: env.LOG_LEVEL,
  };
}

/** The app token wins: Socket Mode needs no address that Slack can reach. */
function toReceiver(env: z.infer<typeof environment>): ReceiverConfig {
  if (env.SLACK_APP_TOKEN !== undefined) return { mode: 'socket', appToken: new Secret(env.SLACK_APP_TOKEN) };
  return { mode: 'http', signingSecret: new Secret(env.SLACK_SIGNING_SECRET ?? ''), host: env.HOST, port: env.PORT };
}
