import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { readSecretFile } from './config/secret-file.ts';
import { findOddity, findOddLength, findWrongShape } from './config/secret-shape.ts';
import { findUnknownSettings } from './config/unknown-settings.ts';
import type { AccessPolicy } from './domain/access.ts';
import { isZone } from './domain/base/zone.ts';
import { defaultConsoleTemplate } from './domain/console-link.ts';
import { LANGUAGES } from './domain/base/language.ts';
import type { Language } from './domain/base/language.ts';
import { endpointsOf } from './drs/endpoints.ts';
import { readNetworkSettings, secretsOfNetwork } from './network/network-settings.ts';
import type { NetworkSettings } from './network/network.ts';
import type { LogLevel } from './runtime/logger.ts';
import { findOddAddress } from './store/sqlite/address.ts';
import type { Keep } from './use-cases/upkeep/prune.ts';

/** A value that does not print: not in logs, errors, JSON or string concatenation. */
export class Secret {
  #value: string;
  readonly #read: (() => string) | null;

  /** @param read reads it anew where it came from; null when it cannot change */
  constructor(value: string, read: (() => string) | null = null) {
    this.#value = value;
    this.#read = read;
  }

  /** Reads it anew; true when it has changed. What cannot be read now stays as it was. */
  reread(): boolean {
    if (this.#read === null) return false;
    try {
      const value = this.#read();
      const changed = value !== '' && value !== this.#value;
      if (changed) this.#value = value;
      return changed;
    } catch {
      return false;
    }
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
const DEFAULT_DATABASE_URL = 'sqlite:data/drs-bot.db';

const BYTES_IN_MB = 1024 * 1024;

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
    /** Settings whose address was made after a pattern, because no published list has the region. */
    readonly guessed: readonly ('DRS_ENDPOINT' | 'IAM_ENDPOINT')[];
    /** Null: looked up from the region. */
    readonly projectId: string | null;
    readonly region: string | null;
    /** A template (domain/console-link.ts); null when no console is known. */
    readonly consoleUrl: string | null;
    readonly credentials: DrsCredentials;
    /** What DRS is asked to answer in: `en-us`, `zh-cn`, … */
    readonly language: string;
    /** Jobs in one request. */
    readonly batchSize: number;
    /** Requests a second over the whole process. */
    readonly maxRps: number;
  };
  /** Through what Slack, DRS, IAM and the heartbeat are reached. */
  readonly network: NetworkSettings;
  /** Whom and where the bot may be used. */
  readonly access: AccessPolicy;
  /** What channels and people read that chose nothing else. */
  readonly language: Language;
  /** A cron pattern of five fields, or six with seconds first. */
  readonly pollSchedule: string;
  /** The zone whose wall clock the schedule follows, by its name; null: that of the machine. */
  readonly pollTimezone: string | null;
  /** `sqlite:` and a path. */
  readonly databaseUrl: string;
  /** How long things are kept, in days. */
  readonly keep: Keep;
  readonly operations: {
    /** The channel in which the operator of the bot hears of what must be mended; null: none. */
    readonly channelId: string | null;
    /** The operator hears when the disk with the database has less room than this, in bytes; 0: never. */
    readonly leastFreeBytes: number;
  };
  readonly logLevel: LogLevel;
  /** Where the bot shows its operator how it is; null: nowhere. */
  readonly ops: { readonly host: string; readonly port: number } | null;
  /** Requested after each good tick. A secret: whoever knows the address can pretend that the bot lives. */
  readonly heartbeatUrl: Secret | null;
  /** What is odd about the settings without being wrong, one sentence each. */
  readonly warnings: readonly string[];
}

/** Every secret there is at this moment, for the log to leave out. */
export function secretsOf({ slack, drs, network, heartbeatUrl }: Config): readonly string[] {
  const { receiver } = slack;
  const { credentials } = drs;
  const ofSlack = [slack.botToken, receiver.mode === 'socket' ? receiver.appToken : receiver.signingSecret];
  const ofDrs =
    credentials.kind === 'keys'
      ? [credentials.accessKey, credentials.secretKey, credentials.securityToken]
      : [credentials.password];
  const known = [...ofSlack, ...ofDrs, heartbeatUrl].flatMap((secret) => (secret === null ? [] : [secret.reveal()]));
  return [...known, ...secretsOfNetwork(network)];
}

/** How the bot signs in to DRS. */
type DrsCredentials =
  | {
      readonly kind: 'keys';
      readonly accessKey: Secret;
      readonly secretKey: Secret;
      /** Of a temporary key. */
      readonly securityToken: Secret | null;
    }
  | { readonly kind: 'password'; readonly domain: string; readonly user: string; readonly password: Secret };

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

/** An address of an API, to which requests add `/v3/…` themselves; `auth_url` of other tools has it at its end. */
const apiAddress = (example: string) =>
  url(example).transform((address) => address.replace(/\/v\d+(?:\.\d+)?(?:\/auth\/tokens)?$/i, ''));

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: `expected a whole number from ${least} to ${most}` })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `expected a whole number from ${least} to ${most}` });

/** Ids separated by commas or blanks; which one is wrong is told by its place, because values are not shown. */
const ids = (pattern: RegExp, what: string) =>
  z.string().transform((text, check) => {
    const given = text.split(/[\s,]+/).filter((id) => id !== '');
    const wrong = given.findIndex((id) => !pattern.test(id));
    if (wrong !== -1) {
      const message = `expected ${what}, separated by commas; number ${wrong + 1} of ${given.length} is not one`;
      check.issues.push({ code: 'custom', message, input: undefined });
    }
    return new Set(given);
  });

/** Slack's kinds of tokens, by how they begin (docs.slack.dev, "Tokens"). */
const TOKENS: readonly (readonly [begin: RegExp, what: string])[] = [
  [/^xapp-./, 'an app-level token: it belongs into SLACK_APP_TOKEN'],
  [/^xoxb-./, 'the bot token: it belongs into SLACK_BOT_TOKEN'],
  [/^(?:xoxe\.)?xoxp-/, 'the token of a person'],
  [/^xoxe-/, 'a token that only fetches others'],
  [/^xox[acdrs]-/, 'a token of another kind'],
  [/^(?:xapp|xoxb)-$/, 'only the beginning of one'],
];

/** What was given instead, for whoever has mixed them up. */
function otherToken(given: unknown): string {
  const kind = TOKENS.find(([begin]) => begin.test(String(given)));
  return kind === undefined ? '' : `; this is ${kind[1]}`;
}

const environment = z.object({
  SLACK_BOT_TOKEN: required('the bot token of your Slack app, xoxb-…').regex(/^(?:xoxe\.)?xoxb-./, {
    error: ({ input }) =>
      `expected the bot token, which begins with xoxb- (OAuth & Permissions page of your Slack app)${otherToken(input)}`,
  }),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-./, {
      error: ({ input }) =>
        `expected an app-level token, which begins with xapp- (Basic Information page of your Slack app)${otherToken(input)}`,
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
  ALLOWED_USERS: ids(/^[UW][A-Z0-9]{5,}$/, 'user ids like U012AB3CD (Slack: profile, ⋮, Copy member ID)').optional(),
  ALLOWED_CHANNELS: ids(
    /^[CGD][A-Z0-9]{5,}$/,
    'channel ids like C012AB3CD (Slack: channel details, at the bottom of About)',
  ).optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(3000),
  DRS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z0-9]+){1,3}$/, { error: 'expected a region id like ap-southeast-1' })
    .optional(),
  DRS_ENDPOINT: apiAddress('https://drs.ap-southeast-1.myhuaweicloud.com').optional(),
  IAM_ENDPOINT: apiAddress('https://iam.ap-southeast-1.myhuaweicloud.com').optional(),
  DRS_PROJECT_ID: z
    .string()
    .regex(/^[0-9a-zA-Z_-]{1,64}$/, { error: 'expected a project id: letters and digits, 32 as a rule' })
    .optional(),
  DRS_CONSOLE_URL: z
    .string()
    .regex(/^https?:\/\/[^\s<>|]+$/, {
      error: 'expected an address with placeholders like https://console.example.com/drs?region={region}&job={job}',
    })
    .optional(),
  DRS_LANGUAGE: z
    .string()
    .toLowerCase()
    .regex(/^[a-z]{2}-[a-z]{2}$/, { error: 'expected a language like en-us or zh-cn' })
    .default('en-us'),
  DRS_BATCH_SIZE: whole(1, 100).default(10),
  DRS_MAX_RPS: whole(1, 100).default(5),
  HUAWEICLOUD_SDK_AK: z.string().optional(),
  HUAWEICLOUD_SDK_SK: z.string().optional(),
  HUAWEICLOUD_SDK_SECURITY_TOKEN: z.string().optional(),
  IAM_DOMAIN: z.string().optional(),
  IAM_USER: z.string().optional(),
  IAM_PASSWORD: z.string().optional(),
  BOT_LANGUAGE: z.enum(LANGUAGES, { error: 'expected en or zh' }).default('en'),
  POLL_SCHEDULE: z.string().default('* * * * *'),
  POLL_TIMEZONE: z.string().refine(isZone, { error: 'expected the name of a time zone like Europe/Berlin' }).optional(),
  DATABASE_URL: z
    .string()
    .superRefine((address, check) => {
      const message = findOddAddress(address);
      if (message !== null) check.addIssue({ code: 'custom', message });
    })
    .default(DEFAULT_DATABASE_URL),
  KEEP_DELIVERIES_DAYS: whole(1, 3_650).default(30),
  KEEP_EVENTS_DAYS: whole(1, 3_650).default(400),
  KEEP_UNWATCHED_DAYS: whole(1, 3_650).default(30),
  OPS_CHANNEL: z
    .string()
    .regex(/^[CGD][A-Z0-9]{2,}$/, {
      error: "expected a channel id like C0123456789 (in Slack: the channel's name, at the bottom of About)",
    })
    .optional(),
  DISK_LEAST_FREE_MB: whole(0, 1_000_000).default(200),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'expected debug, info, warn, error or silent' })
    .default('info'),
  OPS_HOST: z.string().default('127.0.0.1'),
  OPS_PORT: whole(0, 65_535).optional(),
  HEARTBEAT_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/]\S*$/i, { error: 'expected a web address like https://hc-ping.com/…' })
    .optional(),
});

/** Settings that may also be given as the name of a file that holds them: `NAME_FILE`. */
const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'HUAWEICLOUD_SDK_AK',
  'HUAWEICLOUD_SDK_SK',
  'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  'IAM_PASSWORD',
  'HEARTBEAT_URL',
] as const;
type SecretName = (typeof SECRETS)[number];

/** Settings as given, without blanks. */
type Given = Readonly<Record<string, string>>;

/** What the parts of the configuration are made from. */
interface Environment {
  readonly env: z.infer<typeof environment>;
  readonly network: NetworkSettings;
  readonly secret: (name: SecretName) => Secret;
  readonly warnings: readonly string[];
}

/** The address of the database alone, for commands that need nothing else. Blank counts as unset. */
export function databaseUrlIn(env: Readonly<Record<string, string | undefined>>): string {
  const stated = env['DATABASE_URL']?.trim() ?? '';
  return stated === '' ? DEFAULT_DATABASE_URL : stated;
}

/** A setting that is in force, as it may be shown. */
export interface ShownSetting {
  readonly name: string;
  /** Of a secret, how long it is. */
  readonly shows: string;
  readonly isDefault: boolean;
}

/** Every setting that is in force, in the order of the README. Of a secret only its length is shown. */
export function showSettings(env: Readonly<Record<string, string | undefined>>): readonly ShownSetting[] {
  const stated = toStated(env);
  const given: Given = { ...stated, ...readSecretFiles(stated, (path) => readFileSync(path, 'utf8'), []) };
  return Object.entries(environment.shape).flatMap(([name, shape]): readonly ShownSetting[] => {
    const isSecret = SECRETS.some((secret) => secret === name);
    const value = given[name];
    const inFile = stated[`${name}_FILE`];
    if (value === undefined) {
      const usual: unknown = shape.safeParse(undefined).data;
      const isShown = typeof usual === 'string' || typeof usual === 'number';
      return isShown ? [{ name, shows: `${name}=${usual}`, isDefault: true }] : [];
    }
    const length = `${name} (${value.length} characters${inFile === undefined ? '' : ` in ${inFile}`})`;
    return [{ name, shows: isSecret ? length : `${name}=${value}`, isDefault: false }];
  });
}

/** Blank values count as unset. */
function toStated(env: Readonly<Record<string, string | undefined>>): Given {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value.trim()]],
    ),
  );
}

/**
 * Reads the environment. Blank values count as unset.
 *
 * @param readText reads a file that holds a secret
 * @throws ConfigError with all mistakes at once
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  isSchedule: (pattern: string) => boolean,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Config {
  const stated = toStated(env);
  const problems: string[] = [];
  const given: Given = { ...stated, ...readSecretFiles(stated, readText, problems) };
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  problems.push(...missingTogether(given));
  const unknown = findUnknownSettings(Object.keys(stated), Object.keys(environment.shape), SECRETS);
  problems.push(...unknown.problems, ...findOddSecrets(given, stated));
  if (parsed.success && parsed.data.KEEP_EVENTS_DAYS < parsed.data.KEEP_DELIVERIES_DAYS) {
    problems.push(
      `KEEP_EVENTS_DAYS: is less than KEEP_DELIVERIES_DAYS (${parsed.data.KEEP_DELIVERIES_DAYS}); a message needs the events it tells, so keep them at least as long`,
    );
  }
  const schedule = given['POLL_SCHEDULE'];
  if (schedule !== undefined && !isSchedule(schedule)) {
    problems.push(
      'POLL_SCHEDULE: expected a cron pattern of five fields like * * * * * (every minute), or six with seconds first',
    );
  }
  const network = readNetworkSettings(given, readText, problems);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const secret = (name: SecretName) => {
    const path = stated[`${name}_FILE`];
    return new Secret(given[name] ?? '', path === undefined ? null : () => secretIn(name, readText(path)));
  };
  const oddLengths = SECRETS.flatMap((name) => findOddLength(name, given[name] ?? null) ?? []);
  return toConfig({ env: parsed.data, network, secret, warnings: [...unknown.warnings, ...oddLengths] });
}

/** The secrets that are in files; those that cannot be read, or are given twice, become problems. */
function readSecretFiles(stated: Given, readText: (path: string) => string, problems: string[]): Given {
  const found: Record<string, string> = {};
  for (const name of SECRETS) {
    const path = stated[`${name}_FILE`];
    if (path === undefined) continue;
    if (stated[name] !== undefined) {
      problems.push(`${name}: is set as well as ${name}_FILE; set one of the two`);
      continue;
    }
    try {
      const read = readSecretFile(name, readText(path));
      if ('problem' in read) problems.push(`${name}_FILE: ${path} ${read.problem}`);
      else if (read.value === '') problems.push(`${name}_FILE: ${path} is empty; expected the secret in it`);
      else found[name] = read.value;
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      problems.push(`${name}_FILE: ${path} cannot be read (${why}); expected a file with the secret in it`);
    }
  }
  return found;
}

/** @throws TypeError when there is none in it */
function secretIn(name: string, text: string): string {
  const read = readSecretFile(name, text);
  if ('problem' in read) throw new TypeError(read.problem);
  return read.value;
}

/** Secrets that cannot be one, and those that still have around them what a file of settings had there. */
function findOddSecrets(given: Given, stated: Given): readonly string[] {
  return SECRETS.flatMap((name) => {
    const path = stated[`${name}_FILE`];
    const value = given[name];
    if (value === undefined) return [];
    const oddity = findWrongShape(name, value) ?? findOddity(value, name === 'IAM_PASSWORD');
    if (oddity === null) return [];
    return [path === undefined ? `${name}: ${oddity}` : `${name}_FILE: the secret in ${path} ${oddity}`];
  });
}

/** Settings of which one or another must be there. */
function missingTogether(given: Given): readonly string[] {
  const isSet = (...names: readonly string[]) =>
    names.every((name) => given[name] !== undefined || given[`${name}_FILE`] !== undefined);
  const problems: string[] = [];
  if (!isSet('SLACK_APP_TOKEN') && !isSet('SLACK_SIGNING_SECRET')) {
    problems.push(
      'SLACK_APP_TOKEN: is missing, and so is SLACK_SIGNING_SECRET; set the app token (xapp-…) for Socket Mode, or the signing secret for HTTP',
    );
  }
  if (!isSet('DRS_REGION') && !isSet('DRS_ENDPOINT', 'IAM_ENDPOINT')) {
    problems.push(
      'DRS_REGION: is missing; expected a region id like ap-southeast-1, or both DRS_ENDPOINT and IAM_ENDPOINT',
    );
  }
  if (!isSet('DRS_PROJECT_ID') && !isSet('DRS_REGION')) {
    problems.push(
      'DRS_PROJECT_ID: is missing; expected the project id of your region (console: My Credentials), or DRS_REGION to look it up',
    );
  }
  return [...problems, ...missingCredentials(isSet)];
}

function missingCredentials(isSet: (...names: readonly string[]) => boolean): readonly string[] {
  const keys = ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK'] as const;
  const login = {
    IAM_DOMAIN: 'the name of the account (domain) that owns the IAM user',
    IAM_USER: 'the name of an IAM user with programmatic access',
    IAM_PASSWORD: "the IAM user's password",
  };
  if (keys.some((name) => isSet(name)))
    return keys.filter((name) => !isSet(name)).map((name) => `${name}: is missing; an access key has two parts`);
  const absent = Object.entries(login).filter(([name]) => !isSet(name));
  if (absent.length === Object.keys(login).length) {
    return [
      'HUAWEICLOUD_SDK_AK: is missing, and so is IAM_USER; set an access key (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK), or IAM_DOMAIN, IAM_USER and IAM_PASSWORD',
    ];
  }
  return absent.map(([name, what]) => `${name}: is missing; expected ${what}`);
}

function toConfig(environment: Environment): Config {
  const { env, network, secret, warnings } = environment;
  return {
    network,
    warnings,
    slack: {
      botToken: secret('SLACK_BOT_TOKEN'),
      apiUrl: `${env.SLACK_API_URL}/`,
      command: env.SLACK_COMMAND,
      receiver: toReceiver(environment),
    },
    drs: toDrs(environment),
    access: { users: env.ALLOWED_USERS ?? null, channels: env.ALLOWED_CHANNELS ?? null },
    language: env.BOT_LANGUAGE,
    pollSchedule: env.POLL_SCHEDULE,
    pollTimezone: env.POLL_TIMEZONE ?? null,
    databaseUrl: env.DATABASE_URL,
    keep: {
      deliveriesDays: env.KEEP_DELIVERIES_DAYS,
      eventsDays: env.KEEP_EVENTS_DAYS,
      unwatchedDays: env.KEEP_UNWATCHED_DAYS,
    },
    operations: { channelId: env.OPS_CHANNEL ?? null, leastFreeBytes: env.DISK_LEAST_FREE_MB * BYTES_IN_MB },
    logLevel: env.LOG_LEVEL,
    ops: env.OPS_PORT === undefined ? null : { host: env.OPS_HOST, port: env.OPS_PORT },
    heartbeatUrl: env.HEARTBEAT_URL === undefined ? null : secret('HEARTBEAT_URL'),
  };
}

function toDrs(environment: Environment): Config['drs'] {
  const { env } = environment;
  const region = env.DRS_REGION ?? null;
  const usual = endpointsOf(region ?? '');
  const endpoint = env.DRS_ENDPOINT ?? usual.drs.address;
  return {
    endpoint,
    iamEndpoint: env.IAM_ENDPOINT ?? usual.iam.address,
    guessed: [
      ...(env.DRS_ENDPOINT === undefined && !usual.drs.isListed ? (['DRS_ENDPOINT'] as const) : []),
      ...(env.IAM_ENDPOINT === undefined && !usual.iam.isListed ? (['IAM_ENDPOINT'] as const) : []),
    ],
    projectId: env.DRS_PROJECT_ID ?? null,
    region,
    consoleUrl: env.DRS_CONSOLE_URL ?? (region === null ? null : defaultConsoleTemplate(region, endpoint)),
    credentials: toCredentials(environment),
    language: env.DRS_LANGUAGE,
    batchSize: env.DRS_BATCH_SIZE,
    maxRps: env.DRS_MAX_RPS,
  };
}

/** Access keys win: they neither expire nor need a login. */
function toCredentials({ env, secret }: Environment): DrsCredentials {
  if (env.HUAWEICLOUD_SDK_AK === undefined)
    return {
      kind: 'password',
      domain: env.IAM_DOMAIN ?? '',
      user: env.IAM_USER ?? '',
      password: secret('IAM_PASSWORD'),
    };
  return {
    kind: 'keys',
    accessKey: secret('HUAWEICLOUD_SDK_AK'),
    secretKey: secret('HUAWEICLOUD_SDK_SK'),
    securityToken: env.HUAWEICLOUD_SDK_SECURITY_TOKEN === undefined ? null : secret('HUAWEICLOUD_SDK_SECURITY_TOKEN'),
  };
}

/** The app token wins: Socket Mode needs no address that Slack can reach. */
function toReceiver({ env, secret }: Environment): ReceiverConfig {
  if (env.SLACK_APP_TOKEN !== undefined) return { mode: 'socket', appToken: secret('SLACK_APP_TOKEN') };
  return { mode: 'http', signingSecret: secret('SLACK_SIGNING_SECRET'), host: env.HOST, port: env.PORT };
}
