import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

import { HEARING_SCOPES, HISTORY_SCOPES, LATER_SCOPES, REQUIRED_SCOPES } from '../../src/slack/workspace/scopes.ts';
import { startWorld } from '../support/world.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFile(join(root, path), 'utf8');

/** Everything a running bot shows: series by the name of their metric. Fetched once. */
let scraped: Promise<ReadonlyMap<string, readonly string[]>> | null = null;
const scrape = () => (scraped ??= fetchSeries());

async function fetchSeries(): Promise<ReadonlyMap<string, readonly string[]>> {
  await using world = await startWorld({ env: { OPS_PORT: '0' } });
  const response = await fetch(`http://127.0.0.1:${world.bot().opsPort}/metrics`);
  const series = new Map<string, string[]>();
  for (const line of (await response.text()).split('\n')) {
    const name = /^[a-z_]\w*/.exec(line)?.[0];
    if (name !== undefined) series.set(name, [...(series.get(name) ?? []), line]);
  }
  return series;
}

/** Prometheus's rule file, as far as ours goes; anything else is refused. */
const rule = z.strictObject({
  alert: z.string().regex(/^DrsBot[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smhd]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string().regex(/\.$/), description: z.string().regex(/\.$/) }),
});
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })).length(1),
});
const RULES = ruleFile.parse(parse(await read('docs/alerts.yml'))).groups.flatMap((group) => group.rules);
/** Words of an expression that are Prometheus's own. */
const ITS_OWN = new Set([
  'time',
  'increase',
  'changes',
  'sum',
  'by',
  'and',
  'on',
  'absent',
  'reason',
  'job',
  'instance',
]);

describe('the alert rules', () => {
  test('have different names', () => {
    expect(new Set(RULES.map((one) => one.alert)).size).toBe(RULES.length);
  });

  test.each(RULES)('$alert names metrics and labels that a running bot shows, and nothing else', async ({ expr }) => {
    const shown = await scrape();
    const words = expr.replaceAll(/\{[^}]*\}|\[\w+\]|\b\de\d\b/g, '').matchAll(/[a-z_]\w*/g);
    const metrics = [...words].map((match) => match[0]).filter((name) => !ITS_OWN.has(name));
    expect(metrics).not.toEqual([]);
    expect(metrics.filter((name) => name !== 'up' && !shown.has(name))).toEqual([]);
    expect(expr.split('(')).toHaveLength(expr.split(')').length);
    for (const [, metric = '', selector = ''] of expr.matchAll(/([a-z_]\w*)\{([^}]*)\}/g)) {
      for (const [, label = '', values = ''] of selector.matchAll(/(\w+)=~?"([^"]*)"/g)) {
        // Prometheus adds the job.
        const missing = values.split('|').filter((value) => !hasLabel(shown.get(metric), `${label}="${value}"`));
        expect(label === 'job' ? [] : missing).toEqual([]);
      }
    }
  });

  test.each(RULES)('$alert speaks only of labels that its expression keeps', async ({ expr, annotations }) => {
    const shown = await scrape();
    const kept = /\bsum by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
    const metric = shown.get(/drs_bot_\w+/.exec(expr)?.[0] ?? '');
    const spoken = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map((match) => match[1] ?? '');
    expect(spoken.filter((label) => !(kept?.includes(label) ?? hasLabel(metric, `${label}="`)))).toEqual([]);
  });
});

/** Prometheus's own checker; where it is missing (it comes in Debian's package prometheus), these are left out, but not in CI. */
const promtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

describe.skipIf(!promtool)("Prometheus's own checker", () => {
  test('takes the alert rules', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', 'docs/alerts.yml'], { cwd: root });
    expect(stdout).toContain(`SUCCESS: ${RULES.length} rules found`);
  });

  test('lets each alert fire when it should and not otherwise', async () => {
    const { stdout } = await run('promtool', ['test', 'rules', 'test/project/alerts.yml'], { cwd: root });
    expect(stdout).toContain('SUCCESS');
    const tried = await read('test/project/alerts.yml');
    for (const { alert } of RULES) expect(tried).toContain(`alertname: ${alert}\n`);
  });
});

function hasLabel(series: readonly string[] | undefined, label: string): boolean {
  return series?.some((line) => line.includes(label)) === true;
}

describe('docs/operating.md', () => {
  test('explains every metric of the bot, and none that is not', async () => {
    const shown = [...(await scrape()).keys()].filter((name) => name.startsWith('drs_bot_'));
    const metrics = new Set(shown.map((name) => name.replace(/_seconds_(bucket|sum|count)$/, '_seconds')));
    const [, table = ''] = (await read('docs/operating.md')).split('### Metrics');
    const explained = new Set([...table.matchAll(/`(drs_bot_\w+)`/g)].map((match) => match[1]));
    for (const metric of metrics) expect(explained).toContain(metric);
    for (const name of explained) expect(metrics).toContain(name);
  });

  test('goes back to the version before by what any clone has, and by no tag', async () => {
    const text = await read('docs/operating.md');
    expect(text).not.toMatch(/git (?:checkout|switch) v\d/);
    expect(text).toContain('git rev-parse HEAD > /var/backups/drs-bot.version');
    expect(text).toContain('git checkout "$(cat /var/backups/drs-bot.version)"');
  });

  test('names files and scripts that there are', async () => {
    const text = await read('docs/operating.md');
    for (const [, path = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)) await access(join(root, 'docs', path));
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await read('package.json')));
    expect(scripts['check']).toContain('dist/src/check.js');
    expect(scripts['start']).toContain('node --max-semi-space-size=2 dist/src/main.js');
  });
});

test("every scope of the manifest is in the operator's check, and every scope that is required is in the manifest", async () => {
  const manifest = z
    .object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) })
    .parse(parse(await read('manifest.yml')));
  const { bot } = manifest.oauth_config.scopes;
  const known = Object.keys({ ...REQUIRED_SCOPES, ...HISTORY_SCOPES, ...HEARING_SCOPES, ...LATER_SCOPES });
  expect(bot.filter((scope) => !known.includes(scope))).toEqual([]);
  expect(Object.keys(REQUIRED_SCOPES).filter((scope) => !bot.includes(scope))).toEqual([]);
});

/** A Dockerfile's stages: each instruction with what follows it. */
function stagesOf(text: string): readonly (readonly { readonly name: string; readonly rest: string }[])[] {
  const instructions = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, index) => instructions.slice(start, starts[index + 1]));
}

describe('the Dockerfile', () => {
  const stages = async () => stagesOf(await read('Dockerfile'));
  const restsOf = (stage: Awaited<ReturnType<typeof stages>>[number] | undefined, name: string) =>
    (stage ?? []).filter((one) => one.name === name).map((one) => one.rest);

  test('builds from a pinned image and runs on the same', async () => {
    const images = (await stages()).flatMap((stage) => restsOf(stage, 'FROM'));
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim( AS build)?$/);
    expect(images[0]).toBe(`${images[1]} AS build`);
  });

  test('installs once, without a compiler, and leaves out afterwards what only builds', async () => {
    const [build] = await stages();
    const steps = restsOf(build, 'RUN').join(' && ').split(' && ');
    expect(steps).toEqual([
      'npm ci',
      'npm run build',
      'npm prune --omit=dev',
      // Proves that the driver survived it.
      'node scripts/native-sqlite.mjs',
    ]);
  });

  test('copies what there is, and what the build needs is not ignored', async () => {
    const ignored = await read('.dockerignore');
    const [build] = await stages();
    for (const rest of restsOf(build, 'COPY')) {
      for (const source of rest.split(' ').slice(0, -1)) {
        await access(join(root, source));
        expect(ignored).toContain(`\n!${source}\n`);
      }
    }
    const builder = await read('scripts/build.mjs');
    const [, sources = ''] = /^const SOURCES = \[(.*)\];$/m.exec(builder) ?? [];
    const copied = restsOf(build, 'COPY').flatMap((rest) => rest.split(' ').slice(0, -1));
    const missing = [...sources.matchAll(/'([^']+)'/g)].filter(
      ([, source = '']) => !copied.some((one) => one === source || source.startsWith(`${one}/`)),
    );
    expect(missing).toEqual([]);
  });

  test('has what npm needs to run the commands of the operator', async () => {
    const [, final] = await stages();
    const copied = restsOf(final, 'COPY').map((rest) => rest.split(' ').at(-1));
    expect(copied).toEqual(['./', 'scripts', 'node_modules', 'dist']);
  });

  test('runs as nobody special, without anything that builds', async () => {
    const [, final] = await stages();
    expect(restsOf(final, 'USER')).toEqual(['1000:1000']);
    expect(restsOf(final, 'RUN').join()).not.toMatch(/apt|npm|python|make|g\+\+|curl/);
    for (const copy of restsOf(final, 'COPY')) expect(copy).toMatch(/^--from=build /);
    const names = final?.map((one) => one.name) ?? [];
    expect(names.lastIndexOf('RUN')).toBeLessThan(names.indexOf('USER'));
    expect(z.array(z.string()).parse(JSON.parse(restsOf(final, 'CMD')[0] ?? ''))).toEqual([
      'node',
      '--max-semi-space-size=2',
      'dist/src/main.js',
    ]);
  });

  test.each(['0.0.0.0', '127.0.0.1', '::', '::1', ''])(
    'finds a living bot healthy and a dead one not, with OPS_HOST=%s',
    async (host) => {
      const [, final] = await stages();
      const [, command = ''] = (restsOf(final, 'HEALTHCHECK')[0] ?? '').split(' CMD ');
      const [, ...args] = z.array(z.string()).parse(JSON.parse(command));
      const world = await startWorld({ env: { OPS_PORT: '0', OPS_HOST: host } });
      // A proxy is for what is outside.
      const proxy = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:2' };
      const env = { ...proxy, OPS_PORT: String(world.bot().opsPort), OPS_HOST: host };
      const health = () =>
        run(process.execPath, args, { cwd: root, env }).then(
          () => 'healthy',
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        );
      expect(await health()).toBe('healthy');
      await world[Symbol.asyncDispose]();
      expect(await health()).toBe(1);
      expect(restsOf(final, 'ENV').join(' ')).toMatch(/\bOPS_PORT=\d+\b/);
    },
  );
});

test('compose.yaml keeps the database, closes the operator port to others and lets a stop take its time', async () => {
  const { services, volumes } = z
    .object({
      services: z.object({
        'drs-slack-bot': z.object({
          restart: z.literal('unless-stopped'),
          stop_grace_period: z.string().regex(/^\d+s$/),
          environment: z.strictObject({ ENV_FILE: z.literal('/run/drs-slack-bot.env') }),
          volumes: z.tuple([z.literal('data:/data'), z.literal('./.env:/run/drs-slack-bot.env:ro')]),
          ports: z.array(z.string().regex(/^127\.0\.0\.1:/)),
          read_only: z.literal(true),
          cap_drop: z.tuple([z.literal('ALL')]),
        }),
      }),
      volumes: z.object({ data: z.null() }),
    })
    .parse(parse(await read('compose.yaml')));
  expect(volumes).toEqual({ data: null });
  expect(Number.parseInt(services['drs-slack-bot'].stop_grace_period, 10)).toBeGreaterThan(10);
});

test('the systemd unit runs what npm start runs, as a user of its own, and may do little else', async () => {
  const unit = await read('deploy/drs-slack-bot.service');
  const settings = new Map([...unit.matchAll(/^(\w+)=(.*)$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
  expect(settings.get('ExecStart')).toBe('/usr/bin/node --max-semi-space-size=2 dist/src/main.js');
  expect(settings.get('User')).toBe('drs-slack-bot');
  expect(unit).toContain('Environment=ENV_FILE=/etc/drs-slack-bot.env\n');
  expect(settings.has('EnvironmentFile')).toBe(false);
  expect(settings.get('Restart')).toBe('always');
  expect(Number(settings.get('TimeoutStopSec'))).toBeGreaterThan(10);
  expect(settings.get('StateDirectoryMode')).toBe('0700');
  expect(unit).toContain(`sqlite:/var/lib/${settings.get('StateDirectory')}/`);
  expect(settings.get('ProtectSystem')).toBe('strict');
  expect(settings.get('CapabilityBoundingSet')).toBe('');
  const closed = ['NoNewPrivileges', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'RestrictNamespaces'];
  expect(closed.filter((name) => settings.get(name) !== 'yes')).toEqual([]);
  // V8 compiles while it runs.
  expect(settings.has('MemoryDenyWriteExecute')).toBe(false);
});

const systemd = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);

test.skipIf(!systemd)("systemd's own checker has nothing to say about the unit, and would", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-unit-'));
  const path = join(folder, 'drs-slack-bot.service');
  const verify = async (unit: string) => {
    await writeFile(path, unit);
    const { stdout, stderr } = await run('systemd-analyze', ['verify', path]);
    return stdout + stderr;
  };
  const unit = (await read('deploy/drs-slack-bot.service')).replace('/usr/bin/node', process.execPath);
  expect(await verify(unit)).toBe('');
  expect(await verify(unit.replace('RestartSec', 'RestartSecs'))).toContain("Unknown key 'RestartSecs'");
});

test('the systemd unit asks for nothing that systemd 249, of Ubuntu 22.04, does not know', async () => {
  const unit = await read('deploy/drs-slack-bot.service');
  // systemd's own NEWS: the release that brought each of the settings that are younger than 232.
  const since = new Map([
    ['LockPersonality', 235],
    ['ProtectHostname', 242],
    ['ProtectKernelLogs', 244],
    ['ProtectClock', 245],
    ['ProtectProc', 247],
    ['ProcSubset', 247],
    ['MemoryZSwapMax', 253],
    ['RestartSteps', 254],
    ['RestartMaxDelaySec', 254],
    ['MemoryPressureWatch', 254],
    ['ImportCredential', 254],
  ]);
  const names = [...unit.matchAll(/^(\w+)=/gm)].map((match) => match[1] ?? '');
  expect(names.filter((name) => (since.get(name) ?? 0) > 249)).toEqual([]);
  expect(unit).toMatch(/^RestartSec=30$/m);
});

/** The kinds of Kubernetes' objects that the manifest has, as far as ours go; anything else is refused. */
const probe = (path: string) =>
  z.strictObject({
    httpGet: z.strictObject({ path: z.literal(path), port: z.literal('ops') }),
    periodSeconds: z.number(),
    timeoutSeconds: z.number(),
    failureThreshold: z.number().optional(),
  });
const labels = z.strictObject({ 'app.kubernetes.io/name': z.literal('drs-slack-bot') });
const metadata = z.strictObject({ name: z.literal('drs-slack-bot'), labels });
const container = z.strictObject({
  name: z.literal('drs-slack-bot'),
  image: z.string(),
  env: z.tuple([z.strictObject({ name: z.literal('ENV_FILE'), value: z.literal('/etc/drs-slack-bot/bot.env') })]),
  ports: z.tuple([z.strictObject({ name: z.literal('ops'), containerPort: z.number() })]),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
    limits: z.strictObject({ memory: z.literal('512Mi') }),
  }),
  startupProbe: probe('/livez'),
  livenessProbe: probe('/livez'),
  readinessProbe: probe('/readyz'),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.literal(true).optional() }),
  ),
});
const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.literal(1),
    strategy: z.strictObject({ type: z.literal('Recreate') }),
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({
      metadata: z.strictObject({ labels, annotations: z.record(z.string(), z.string()) }),
      spec: z.strictObject({
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.number().min(15),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(1000),
          runAsGroup: z.literal(1000),
          fsGroup: z.literal(1000),
          fsGroupChangePolicy: z.string(),
          seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([container]),
        volumes: z.tuple([
          z.strictObject({
            name: z.literal('data'),
            persistentVolumeClaim: z.strictObject({ claimName: z.literal('drs-slack-bot') }),
          }),
          z.strictObject({
            name: z.literal('settings'),
            // What the user it runs as may read by the volume's group, and nobody else.
            secret: z.strictObject({ secretName: z.literal('drs-slack-bot'), defaultMode: z.literal(0o440) }),
          }),
          z.strictObject({ name: z.literal('tmp'), emptyDir: z.strictObject({}) }),
        ]),
      }),
    }),
  }),
});

describe('deploy/kubernetes.yaml', () => {
  const objects = async () => parseAllDocuments(await read('deploy/kubernetes.yaml')).map((one): unknown => one.toJS());

  test('runs one bot as nobody special, which ends before the next one starts, and keeps its database', async () => {
    const [claim, bot, ...more] = await objects();
    expect(more).toEqual([]);
    expect(claim).toMatchObject({ kind: 'PersistentVolumeClaim', metadata: { name: 'drs-slack-bot' } });
    const { spec } = deployment.parse(bot).spec.template;
    const [{ volumeMounts, ports, image }] = spec.containers;
    const mounted = new Set(spec.volumes.map(({ name }) => name));
    expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual([...mounted].toSorted());
    const settings = volumeMounts.find(({ name }) => name === 'settings')?.mountPath;
    expect(spec.containers[0].env[0].value).toMatch(new RegExp(`^${settings}/bot\\.env$`));
    expect(await read('deploy/kubernetes.yaml')).toContain('--from-file=bot.env=.env');
    const dockerfile = await read('Dockerfile');
    expect(dockerfile).toContain(`VOLUME ${volumeMounts.find(({ name }) => name === 'data')?.mountPath}\n`);
    expect(dockerfile).toContain(`OPS_PORT=${ports[0].containerPort}\n`);
    expect(dockerfile).toContain(`USER ${spec.securityContext.runAsUser}:${spec.securityContext.runAsGroup}\n`);
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(await read('package.json')));
    expect(image.split(':').at(-1)).toBe(version);
  });

  test('lets a large database be copied before an upgrade', async () => {
    const { startupProbe } = deployment.parse((await objects())[1]).spec.template.spec.containers[0];
    expect(startupProbe.periodSeconds * (startupProbe.failureThreshold ?? 0)).toBeGreaterThanOrEqual(600);
  });
});

describe('.github/workflows/ci.yml', () => {
  test('tries every Node the project promises, and the one people are told to use is among them', async () => {
    const matrix = z.object({ strategy: z.object({ matrix: z.object({ node: z.array(z.coerce.string()) }) }) });
    const { jobs } = z
      .object({ jobs: z.object({ test: matrix, 'fresh-copies': matrix }) })
      .parse(parse(await read('.github/workflows/ci.yml')));
    const tried = [...(await read('scripts/try-nodes.mjs')).matchAll(/\{ node: '(\d+)\./g)].map((match) => match[1]);
    expect(jobs.test.strategy.matrix.node).toEqual([...new Set(tried)]);
    expect(jobs['fresh-copies'].strategy.matrix.node).toEqual([...new Set(tried), '20 24']);
    const [line = ''] = (await read('.nvmrc')).split('\n');
    expect(tried).toContain(line);
    expect(await read('Dockerfile')).toContain(`FROM node:${line}.`);
  });

  test('calls commands that there are', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await read('package.json')));
    const workflow = await read('.github/workflows/ci.yml');
    for (const [, name = ''] of workflow.matchAll(/npm run (?:--silent )?([\w-]+)/g))
      expect(scripts).toHaveProperty(name);
  });
});

describe("Slack's command line", () => {
  const hooks = z.strictObject({
    hooks: z.strictObject({ 'get-manifest': z.string(), start: z.string() }),
    config: z.strictObject({ 'sdk-managed-connection-enabled': z.literal(true) }),
  });

  test('is given the manifest', async () => {
    const { hooks: commands } = hooks.parse(JSON.parse(await read('.slack/hooks.json')));
    const { stdout } = await run('sh', ['-c', commands['get-manifest']], { cwd: root });
    expect(JSON.parse(stdout)).toEqual(parse(await read('manifest.yml')));
  });

  test('starts the bot with the tokens of the app it has installed', async () => {
    const { hooks: commands } = hooks.parse(JSON.parse(await read('.slack/hooks.json')));
    const env = { PATH: process.env['PATH'] ?? '', SLACK_CLI_XOXB: 'xoxb-1', SLACK_CLI_XAPP: 'wrong' };
    const refused = await run('sh', ['-c', commands.start], { cwd: root, env }).then(
      ({ stdout }) => stdout,
      (error: unknown) => z.object({ stderr: z.string() }).parse(error).stderr,
    );
    expect(refused).toContain('SLACK_APP_TOKEN');
    expect(refused).not.toContain('SLACK_BOT_TOKEN');
  });
});
