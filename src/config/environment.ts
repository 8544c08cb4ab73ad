import { z } from 'zod';

import { LANGUAGES } from '../domain/base/language.ts';
import { isZone } from '../domain/base/zone.ts';
import { findOddAddress } from '../store/sqlite/address.ts';

/** Where the database is when nothing else is said. */
const DEFAULT_DATABASE_URL = 'sqlite:data/drs-bot.db';

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

/** Every setting there is: what it must look like, and what it is when nothing is said. */
export const environment = z.object({
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
export const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'HUAWEICLOUD_SDK_AK',
  'HUAWEICLOUD_SDK_SK',
  'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  'IAM_PASSWORD',
  'HEARTBEAT_URL',
] as const;
/** One of them. */
export type SecretName = (typeof SECRETS)[number];

/** Settings as given, without blanks. */
export type Given = Readonly<Record<string, string>>;

/** Blank values count as unset. */
export function toStated(env: Readonly<Record<string, string | undefined>>): Given {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value.trim()]],
    ),
  );
}

/** The address of the database alone, for commands that need nothing else. Blank counts as unset. */
export function databaseUrlIn(env: Readonly<Record<string, string | undefined>>): string {
  const stated = env['DATABASE_URL']?.trim() ?? '';
  return stated === '' ? DEFAULT_DATABASE_URL : stated;
}
