import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { USUAL_SCOPES } from '../../demo/slack-workspace/slack-workspace.ts';
import { METHODS } from '../../demo/slack-workspace/web-api.ts';
import { HTTP_ENDPOINT } from '../../src/slack/receiving/bolt-app.ts';
import { TAKEN_OUT } from '../../src/slack/web-api/classify-slack-error.ts';
import { HISTORY_SCOPES, LATER_SCOPES, REQUIRED_SCOPES } from '../../src/slack/workspace/scopes.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFile(join(root, path), 'utf8');

async function sources(folder: string): Promise<string> {
  const files = await readdir(join(root, folder), { recursive: true });
  return (await Promise.all(files.filter((file) => file.endsWith('.ts')).map((file) => read(join(folder, file))))).join(
    '\n',
  );
}

describe('the manifest', () => {
  /** Slack's manifest schema 2.0.0 (slackapi/manifest-schema), as far as this manifest goes; anything else is refused. */
  const schema = z.strictObject({
    _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int() }),
    display_information: z.strictObject({
      name: z.string().max(35),
      description: z.string().max(140),
      background_color: z.string().regex(/^#[0-9a-f]{6}$/),
    }),
    features: z.strictObject({
      bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
      app_home: z.strictObject({
        home_tab_enabled: z.literal(true),
        messages_tab_enabled: z.literal(true),
        messages_tab_read_only_enabled: z.literal(false),
      }),
      slash_commands: z.array(
        z.strictObject({
          command: z.string().regex(/^\//).max(32),
          description: z.string().max(2000),
          usage_hint: z.string().max(1000),
          should_escape: z.literal(true),
        }),
      ),
      shortcuts: z
        .array(
          z.strictObject({
            name: z.string().max(24),
            type: z.enum(['global', 'message']),
            callback_id: z.string().max(255),
            description: z.string().max(150),
          }),
        )
        .max(10),
      unfurl_domains: z.array(z.hostname()).max(5),
    }),
    oauth_config: z.strictObject({
      scopes: z.strictObject({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
    }),
    settings: z.strictObject({
      event_subscriptions: z.strictObject({ bot_events: z.array(z.string()) }),
      interactivity: z.strictObject({ is_enabled: z.literal(true) }),
      org_deploy_enabled: z.boolean(),
      socket_mode_enabled: z.literal(true),
      token_rotation_enabled: z.literal(false),
    }),
  });
  const manifest = async () => schema.parse(parse(await read('manifest.yml')));

  test('has the shape Slack takes, and the command the bot answers to by default', async () => {
    const { features } = await manifest();
    expect(features.slash_commands.map((one) => one.command)).toEqual(['/drs']);
    expect(await read('src/config/environment.ts')).toContain(".default('/drs')");
  });

  /** What docs/security.md says is asked for before anything needs it. */
  const declaredForLater = async () => {
    const [, table = ''] = (await read('docs/security.md')).split('## Declared for later');
    return [...(table.split('##')[0]?.matchAll(/^\| `([^`]+)` \|/gm) ?? [])].map((match) => match[1] ?? '');
  };

  test('asks for exactly the scopes that the methods called by the code need, and those that are listed as for later', async () => {
    const called = [...(await sources('src/slack')).matchAll(/client\.([a-z]+)\.([a-zA-Z]+)\(/g)].map(
      (match) => `${match[1]}.${match[2]}`,
    );
    expect(called.toSorted()).toEqual(
      expect.arrayContaining([
        'auth.test',
        'chat.postMessage',
        'chat.update',
        'conversations.info',
        'conversations.join',
      ]),
    );
    const scopes: Readonly<Record<string, readonly string[]>> = {
      'auth.test': [],
      'chat.postMessage': ['chat:write'],
      'chat.delete': ['chat:write'],
      'chat.postEphemeral': ['chat:write'],
      'chat.update': ['chat:write'],
      'conversations.history': ['channels:history', 'groups:history', 'mpim:history', 'im:history'],
      'conversations.replies': ['channels:history', 'groups:history', 'mpim:history', 'im:history'],
      'conversations.info': ['channels:read', 'groups:read', 'mpim:read', 'im:read'],
      'conversations.join': ['channels:join'],
      'users.conversations': ['channels:read', 'groups:read', 'mpim:read'],
      'users.info': ['users:read'],
      'views.open': [],
      'views.publish': [],
    };
    expect(called.filter((method) => !(method in scopes) || !(method in METHODS))).toEqual([]);
    // What is not called for: the slash command.
    const needed = ['commands', ...called.flatMap((method) => scopes[method] ?? [])];
    const { bot, bot_optional: optional } = (await manifest()).oauth_config.scopes;
    const later = (await declaredForLater()).filter((one) => one.includes(':'));
    expect(later.filter((scope) => needed.includes(scope))).toEqual([]);
    expect(new Set(bot)).toEqual(new Set([...needed, ...later]));
    expect(Object.keys(LATER_SCOPES)).toEqual(later);
    expect([...Object.keys(REQUIRED_SCOPES), ...Object.keys(HISTORY_SCOPES), ...later].toSorted()).toEqual(
      bot.toSorted(),
    );
    expect(USUAL_SCOPES).toEqual(bot);
    // Slack takes optional scopes only if they are also asked for (docs.slack.dev, "App manifest reference").
    expect(optional).toEqual(bot.filter((scope) => scope.endsWith(':history')));
  });

  test('subscribes to exactly the events that the code handles, and those that are listed as for later', async () => {
    const handled = [...(await sources('src/slack')).matchAll(/app\.event\('([a-z_]+)'/g)].map((match) => match[1]);
    // A message is handled where it is a direct one.
    const events: readonly string[] = [
      ...handled.map((event) => (event === 'message' ? 'message.im' : (event ?? ''))),
      ...TAKEN_OUT,
    ];
    const later = (await declaredForLater()).filter((one) => /^[a-z_]+$/.test(one) && one !== 'unfurl_domains');
    expect(later.filter((event) => events.includes(event))).toEqual([]);
    const declared = (await manifest()).settings.event_subscriptions.bot_events;
    expect(declared.toSorted()).toEqual([...events, ...later].toSorted());
  });

  test('says of every scope, event and shortcut why it is asked for', async () => {
    const { oauth_config: oauth, settings, features } = await manifest();
    const { bot } = oauth.scopes;
    const asked = [...bot, ...settings.event_subscriptions.bot_events];
    const text = await read('manifest.yml');
    for (const one of asked) expect(text).toMatch(new RegExp(`^ +- ${one} # .{5,}$`, 'm'));
    for (const { name } of features.shortcuts) expect(text).toMatch(new RegExp(`- name: ${name} # .{5,}$`, 'm'));
  });

  test('becomes the one for HTTP with the lines of the README', async () => {
    const [, lines = ''] = /```yaml\n(features:[^]*?)```/.exec(await read('README.md')) ?? [];
    const url = `https://bot.example.com${HTTP_ENDPOINT}`;
    expect(parse(lines)).toEqual({
      features: { slash_commands: [{ command: '/drs', url }] },
      settings: {
        event_subscriptions: { request_url: url },
        interactivity: { is_enabled: true, request_url: url },
        socket_mode_enabled: false,
      },
    });
  });
});

describe('the layers', () => {
  const lint = async (file: string, code: string) => {
    const folder = await mkdtemp(join(root, file.replace(/[^/]+$/, ''), 'lint-probe-'));
    const path = join(folder, 'probe.ts');
    await writeFile(path, code);
    try {
      await run('npx', ['oxlint', '-f', 'unix', path], { cwd: root });
      return 'clean';
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test.each([
    ['src/domain/x', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n"],
    ['src/domain/x', "import type { Store } from '../../ports/store/store.ts';\nexport type X = Store;\n"],
    ['src/use-cases/x', "import { request } from 'undici';\nexport const x = request;\n"],
    ['src/slack/x', "import { openStore } from '../../store/open-store.ts';\nexport const x = openStore;\n"],
    ['src/drs/x', "import { App } from '@slack/bolt';\nexport const x = App;\n"],
    ['src/words/x', "import type { Store } from '../../ports/store/store.ts';\nexport type X = Store;\n"],
    ['src/store/x', "import { post } from '../../drs/http.ts';\nexport const x = post;\n"],
    ['src/runtime/x', "import type { Parts } from '../../wiring/parts.ts';\nexport type X = Parts;\n"],
    ['src/slack/x', "import type { Config } from '../../config/config.ts';\nexport type X = Config;\n"],
    ['src/operator/x', "import type { Parts } from '../../wiring/parts.ts';\nexport type X = Parts;\n"],
    ['src/config/x', "import type { Parts } from '../../wiring/parts.ts';\nexport type X = Parts;\n"],
    ['src/wiring/x', "import { startBot } from '../../bot.ts';\nexport const x = startBot;\n"],
    ['src/runtime/x', "import { openStore } from '../../store/open-store.ts';\nexport const x = openStore;\n"],
  ])('are held by a rule that fails: %s', async (file, code) => {
    expect(await lint(file, code)).toContain('no-restricted-imports');
  });
});

describe('the documents', () => {
  test('list every setting there is, and none that is not', async () => {
    const settings = [...(await read('src/config/environment.ts')).matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(
      (match) => match[1],
    );
    const documented = [...(await read('docs/settings.md')).matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(
      (match) => match[1],
    );
    // ENV_FILE names where settings are, and is none itself.
    expect(documented.filter((name) => name !== 'ENV_FILE').toSorted()).toEqual(settings.toSorted());
    const example = [...(await read('.env.example')).matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
    expect(example.filter((name) => !settings.includes(name))).toEqual([]);
  });

  test('show every command of the help', async () => {
    const readme = await read('README.md');
    for (const verb of [
      'status',
      'subscribe',
      'unsubscribe',
      'list',
      'jobs',
      'settings',
      'audit',
      'health',
      'version',
      'help',
    ])
      expect(readme).toContain(`/drs ${verb}`);
  });

  test('name no dependency without a reason', async () => {
    const { dependencies, optionalDependencies, devDependencies } = z
      .object({
        dependencies: z.record(z.string(), z.string()),
        optionalDependencies: z.record(z.string(), z.string()),
        devDependencies: z.record(z.string(), z.string()),
      })
      .parse(JSON.parse(await read('package.json')));
    const reasons = await read('docs/dependencies.md');
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }))
      expect(reasons).toContain(`\`${name}\``);
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
