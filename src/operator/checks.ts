import { randomUUID } from 'node:crypto';

import { readEnvFile } from '../config/env-file.ts';
import type { Surroundings } from '../config/env-file.ts';
import { ConfigError } from '../config/config-error.ts';
import { parseConfig, secretsOf } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { showSettings } from '../config/show-settings.ts';
import { bad, good, open } from '../domain/base/finding.ts';
import type { Finding } from '../domain/base/finding.ts';
import { parseJobId } from '../domain/job/job-id.ts';
import type { JobId } from '../domain/job/job-id.ts';
import { checkDrs } from '../drs/check-drs.ts';
import { createNetwork } from '../network/network.ts';
import type { Network } from '../network/network.ts';
import { systemClock } from '../runtime/clock.ts';
import { isSchedule } from '../runtime/cron.ts';
import { createLogger } from '../runtime/logger.ts';
import { scrub } from '../runtime/scrub.ts';
import { checkSlack } from '../slack/workspace/check-slack.ts';
import { checkDatabase } from '../store/sqlite/check-database.ts';
import { checkCommandPort, checkOpsPort } from './check-ports.ts';
import { TELL_TIMES } from '../use-cases/telling/dispatch-deliveries.ts';

const MARKS: Readonly<Record<Finding['kind'], string>> = { good: '✔', bad: '✖', open: '–' };

/** Looks, and says what was found as soon as it is known; a look that breaks is a finding, too. */
type Step = (about: string, look: () => Promise<readonly Finding[]>) => Promise<void>;

/**
 * Looks at everything the bot needs, with the bot's own configuration and code, and says what is wrong and how to mend it.
 * Every check is made, whatever came of the others. Nothing is posted, migrated or changed.
 *
 * @param print takes one line at a time
 * @returns whether nothing is wrong
 */
export async function runChecks(
  env: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<boolean> {
  const read = readConfig(env);
  if (read instanceof ConfigError) {
    for (const problem of read.problems) print(line(bad('Configuration', problem)));
    print(line(open('Everything else', 'not looked at: the configuration must be right first.')));
    return false;
  }
  const { config, surroundings } = read;
  const secrets = secretsOf(config);
  let wrong = 0;
  const say = (finding: Finding) => {
    if (finding.kind === 'bad') wrong += 1;
    print(scrub(line(finding), secrets));
  };
  for (const finding of [good('Configuration', describe(config)), ...describeSettings(surroundings)]) say(finding);
  for (const warning of config.warnings) say(open('Configuration', warning));
  const network = createNetwork(config.network);
  await inspect(config, network, async (about, look) => {
    const findings = await look().catch((error: unknown) => [bad(about, `could not be looked at: ${String(error)}`)]);
    for (const finding of findings) say(finding);
  });
  await network.destroy();
  print(wrong === 0 ? 'Nothing is wrong.' : wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`);
  return wrong === 0;
}

async function inspect(config: Config, network: Network, step: Step): Promise<void> {
  const log = createLogger('silent', () => []);
  const { receiver, botToken, apiUrl } = config.slack;
  let watchedJob: JobId | null = null;
  await step('Slack', () =>
    checkSlack({
      botToken: botToken.reveal(),
      appToken: receiver.mode === 'socket' ? receiver.appToken.reveal() : null,
      apiUrl,
      timeoutMs: TELL_TIMES.slackTimeoutMs,
      fetch: network.fetch,
      opsChannelId: config.operations.channelId,
      log,
    }),
  );
  if (receiver.mode === 'http') await step('Port', () => checkCommandPort(receiver));
  const { ops } = config;
  if (ops !== null) await step('Operator port', () => checkOpsPort(ops));
  await step('Database', async () => {
    const checked = await checkDatabase(config.databaseUrl);
    watchedJob = checked.watchedJob;
    return checked.findings;
  });
  await step('DRS', () => inspectDrs(config, network, watchedJob));
  await step('Network', () => Promise.resolve(describeRoutes(config, network)));
}

/** What each connection that was made went through. */
function describeRoutes(config: Config, network: Network): readonly Finding[] {
  const targets = [
    ['Slack', config.slack.apiUrl],
    ['DRS', config.drs.endpoint],
    ['IAM', config.drs.iamEndpoint],
  ] as const;
  return targets.flatMap(([name, url]) => {
    const route = network.routeTaken(url);
    const { host } = new URL(url);
    if (route === null) return [];
    return [
      good('Network', `${name} (${host}) is asked ${route === 'direct' ? 'directly' : `through the proxy ${route}`}.`),
    ];
  });
}

async function inspectDrs(
  { drs }: Config,
  { dispatcher }: Network,
  watchedJob: JobId | null,
): Promise<readonly Finding[]> {
  const madeUp = parseJobId(randomUUID());
  const id = watchedJob ?? madeUp;
  if (id === null) throw new TypeError('a UUID is no job id');
  const { endpoint, iamEndpoint, projectId, region, credentials, language } = drs;
  const log = createLogger('silent', () => []);
  const shared = { dispatcher, clock: systemClock, random: Math.random, log };
  const job = { id, isWatched: watchedJob !== null };
  const isGuessed = drs.guessed.includes('DRS_ENDPOINT');
  return await checkDrs({ endpoint, isGuessed, iamEndpoint, projectId, region, credentials, language, job, ...shared });
}

function readConfig(
  env: Readonly<Record<string, string | undefined>>,
): { readonly config: Config; readonly surroundings: Surroundings } | ConfigError {
  try {
    const surroundings = readEnvFile(env);
    return { config: parseConfig(surroundings.env, isSchedule), surroundings };
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** What is in force, and where it comes from. */
function describeSettings({ env, file }: Surroundings): readonly Finding[] {
  const settings = showSettings(env);
  const isFromFile = (name: string) => file?.gives.has(name) === true || file?.gives.has(`${name}_FILE`) === true;
  const places = [
    ...(file === null ? [] : [[`From ${file.path}`, settings.filter(({ name }) => isFromFile(name))] as const]),
    ['From the environment', settings.filter(({ name, isDefault }) => !isDefault && !isFromFile(name))] as const,
    ['By default', settings.filter(({ isDefault }) => isDefault)] as const,
  ];
  const overruled = file?.overruled ?? [];
  return [
    ...places.flatMap(([place, found]) =>
      found.length === 0 ? [] : [good(place, `${found.map(({ shows }) => shows).join(', ')}.`)],
    ),
    ...(overruled.length === 0
      ? []
      : [
          open(
            'ENV_FILE',
            `the environment has other values for ${overruled.join(', ')} than the file, and the environment wins.`,
          ),
        ]),
  ];
}

function line({ kind, about, says }: Finding): string {
  return `${MARKS[kind]} ${about}: ${says}`;
}

function describe({ slack, drs }: Config): string {
  const way = slack.receiver.mode === 'socket' ? 'Socket Mode' : 'HTTP';
  const key = drs.credentials.kind === 'keys' ? 'an access key' : 'a password';
  return `is complete: ${way}, DRS with ${key} at ${drs.endpoint}.`;
}
