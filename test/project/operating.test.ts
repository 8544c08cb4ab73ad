import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { HISTORY_SCOPES, REQUIRED_SCOPES } from '../../src/slack/scopes.ts';
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
const ITS_OWN = new Set(['time', 'increase', 'changes', 'sum', 'by', 'and', 'reason']);

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
  const known = Object.keys({ ...REQUIRED_SCOPES, ...HISTORY_SCOPES });
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

  test('compiles with everything, then installs what runs without the rest', async () => {
    const [build] = await stages();
    const steps = restsOf(build, 'RUN').join(' && ');
    const order = ['npm ci', 'npm run build', 'npm ci --omit=dev'].map((step) => steps.indexOf(step));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
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
    const { include, exclude } = z
      .object({ include: z.array(z.string()), exclude: z.array(z.string()) })
      .parse(JSON.parse(await read('tsconfig.build.json')));
    for (const folder of include) expect(restsOf(build, 'COPY')).toContain(`${folder} ${folder}`);
    expect(exclude).toEqual(['src/demo']);
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

  test('finds a living bot healthy and a dead one not', async () => {
    const [, final] = await stages();
    const [, command = ''] = (restsOf(final, 'HEALTHCHECK')[0] ?? '').split(' CMD ');
    const [, ...args] = z.array(z.string()).parse(JSON.parse(command));
    const world = await startWorld({ env: { OPS_PORT: '0' } });
    const health = () =>
      run(process.execPath, args, { env: { OPS_PORT: String(port) } }).then(
        () => 'healthy',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
    const port = world.bot().opsPort;
    expect(await health()).toBe('healthy');
    await world[Symbol.asyncDispose]();
    expect(await health()).toBe(1);
    expect(restsOf(final, 'ENV').join(' ')).toMatch(/\bOPS_PORT=\d+\b/);
  });
});

test('compose.yaml keeps the database, closes the operator port to others and lets a stop take its time', async () => {
  const { services, volumes } = z
    .object({
      services: z.object({
        'drs-slack-bot': z.object({
          restart: z.literal('unless-stopped'),
          stop_grace_period: z.string().regex(/^\d+s$/),
          env_file: z.literal('.env'),
          volumes: z.tuple([z.literal('data:/data')]),
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
