import { readFileSync } from 'node:fs';

import type { AccessPolicy } from '../domain/access.ts';
import type { Language } from '../domain/base/language.ts';
import { defaultConsoleTemplate } from '../domain/console-link.ts';
import { endpointsOf } from '../drs/endpoints.ts';
import { readNetworkSettings, secretsOfNetwork } from '../network/network-settings.ts';
import type { NetworkSettings } from '../network/network.ts';
import type { LogLevel } from '../runtime/logger.ts';
import type { Keep } from '../use-cases/upkeep/prune.ts';
import { ConfigError } from './config-error.ts';
import { findCrossProblems } from './cross-rules.ts';
import { environment, SECRETS, toStated } from './environment.ts';
import type { Given, SecretName } from './environment.ts';
import { readSecretFiles, secretIn } from './secret-file.ts';
import { findOddLength, findOddSecrets } from './secret-shape.ts';
import { Secret } from './secret.ts';
import { findUnknownSettings } from './unknown-settings.ts';

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

/** What the parts of the configuration are made from. */
interface Environment {
  readonly env: ReturnType<typeof environment.parse>;
  readonly network: NetworkSettings;
  readonly secret: (name: SecretName) => Secret;
  readonly warnings: readonly string[];
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
  problems.push(...findCrossProblems(given, parsed.data, isSchedule));
  const unknown = findUnknownSettings(Object.keys(stated), Object.keys(environment.shape), SECRETS);
  problems.push(...unknown.problems, ...findOddSecrets(given, stated));
  const network = readNetworkSettings(given, readText, problems);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const secret = (name: SecretName) => {
    const path = stated[`${name}_FILE`];
    return new Secret(given[name] ?? '', path === undefined ? null : () => secretIn(name, readText(path)));
  };
  const oddLengths = SECRETS.flatMap((name) => findOddLength(name, given[name] ?? null) ?? []);
  return toConfig({ env: parsed.data, network, secret, warnings: [...unknown.warnings, ...oddLengths] });
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
    operations: { channelId: env.OPS_CHANNEL ?? null },
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
