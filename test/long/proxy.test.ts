import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { startProcess } from '../support/bot-process.ts';
import type { BotProcess } from '../support/bot-process.ts';
import { makeAuthority } from '../support/authority.ts';
import { running } from '../support/programs.ts';
import { environment } from '../support/world.ts';

/** Debian's package `tinyproxy`. */
const TINYPROXY = ['/usr/bin/tinyproxy', '/usr/sbin/tinyproxy'].find((path) => existsSync(path));

const CREDENTIALS = { user: 'bot', password: 'let-me-out' };

/** A real proxy as a process of its own. */
interface RealProxy extends AsyncDisposable {
  readonly host: string;
  /** Everything it has written down so far. */
  log(): Promise<string>;
}

/** @param wantsPassword only those of CREDENTIALS get through */
async function startTinyproxy(program: string, wantsPassword: boolean): Promise<RealProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-proxy-'));
  const port = await freePort();
  const logFile = join(folder, 'log');
  const { user, password } = CREDENTIALS;
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Allow 127.0.0.1',
    'LogLevel Connect',
    `LogFile "${logFile}"`,
    ...(wantsPassword ? [`BasicAuth ${user} ${password}`] : []),
  ];
  await writeFile(join(folder, 'conf'), `${lines.join('\n')}\n`);
  const child = spawn(program, ['-d', '-c', join(folder, 'conf')], { stdio: 'ignore' });
  await expect.poll(() => answers(port), { timeout: 5_000 }).toBe(true);
  return {
    host: `127.0.0.1:${port}`,
    log: () => readFile(logFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Speaks TLS before something that does not. */
async function wrapInTls(target: string, server: { readonly key: string; readonly cert: string }) {
  const { hostname, port } = new URL(target);
  const front = createTlsServer(server, (outside) => {
    const inside = connect(Number(port), hostname);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.pipe(inside).pipe(outside);
  });
  // Whoever does not trust its certificate ends the handshake.
  front.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  const at = typeof address === 'object' && address !== null ? address.port : 0;
  return { address: `https://localhost:${at}`, host: `localhost:${at}`, stop: () => front.close() };
}

/** Both stand-ins behind TLS with a certificate of an authority of their own, and a set-up for the bot. */
async function securePlace() {
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-ca-'));
  const authority = await makeAuthority(folder, 'DNS:localhost');
  const [slack, drs] = await Promise.all([startSlackWorkspace(), startDrsSimulator()]);
  const [slackFront, drsFront] = await Promise.all([
    wrapInTls(slack.apiUrl, authority.server),
    wrapInTls(drs.endpoint, authority.server),
  ]);
  slack.addUser('ana');
  slack.addChannel('migrations');
  const env: Record<string, string> = {
    ...(await environment('socket', slack, drs)),
    SLACK_API_URL: `${slackFront.address}/api/`,
    DRS_ENDPOINT: drsFront.address,
    IAM_ENDPOINT: `${drsFront.address}/v3`,
    DRS_PROJECT_ID: '',
    DRS_REGION: 'ap-southeast-1',
    NODE_EXTRA_CA_CERTS: authority.caFile,
    LOG_LEVEL: 'info',
  };
  return {
    slack,
    drs,
    slackFront,
    drsFront,
    env,
    async [Symbol.asyncDispose]() {
      slackFront.stop();
      drsFront.stop();
      await Promise.all([slack.stop(), drs.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

async function stopped(bot: BotProcess): Promise<void> {
  const { code, ms } = await bot.end('SIGTERM');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
}

describe.skipIf(TINYPROXY === undefined && process.env['CI'] === undefined)('the bot behind a real proxy', () => {
  test.each([
    ['that lets anybody through', false],
    ['that wants a password', true],
  ])(
    '%s, to servers with a certificate of their own authority, works',
    async (_what, wantsPassword) => {
      await using place = await securePlace();
      await using proxy = await startTinyproxy(TINYPROXY ?? 'tinyproxy', wantsPassword);
      const { user, password } = CREDENTIALS;
      const address = `http://${wantsPassword ? `${user}:${password}@` : ''}${proxy.host}`;
      const env = { ...place.env, HTTPS_PROXY: address };
      const bot = startProcess(env, running('src/main.ts'));
      await bot.printed('the bot is running');
      const job = place.drs.addJob('PAUSING', {}, { name: 'orders' });
      const typed = await place.slack.people.type('ana', '#migrations', `/drs ${job.id}`);
      expect(typed.acked).toBe(true);
      await place.slack.waitFor('an answer', () => place.slack.ephemerals('#migrations', 'ana')[0]);
      await stopped(bot);
      const log = await proxy.log();
      for (const host of [place.slackFront.host, place.drsFront.host]) expect(log).toContain(host);
      expect(bot.output()).not.toContain(password);

      const check = await startProcess(env, running('src/operator/check.ts')).ended();
      expect(check.code).toBe(0);
      for (const [name, front] of [
        ['Slack', place.slackFront],
        ['DRS', place.drsFront],
        ['IAM', place.drsFront],
      ] as const)
        expect(check.stdout).toContain(`✔ Network: ${name} (${front.host}) is asked through the proxy ${proxy.host}.`);
    },
    60_000,
  );

  test('that wants a password is named when it is not given, or a wrong one', async () => {
    await using place = await securePlace();
    await using proxy = await startTinyproxy(TINYPROXY ?? 'tinyproxy', true);
    for (const given of ['', 'bot:wrong-password@']) {
      const env = { ...place.env, HTTPS_PROXY: `http://${given}${proxy.host}` };
      const { code, stderr } = await startProcess(env, running('src/main.ts')).ended();
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /The proxy 127\.0\.0\.1:\d+ wants the right user and password \(HTTP 40[17]\): put user:password@/,
      );
      expect(stderr).toContain('HTTPS_PROXY');
      expect(stderr).not.toContain('wrong-password');
    }
  }, 60_000);

  test('is passed by for what NO_PROXY names', async () => {
    await using place = await securePlace();
    await using proxy = await startTinyproxy(TINYPROXY ?? 'tinyproxy', false);
    const env = { ...place.env, https_proxy: `http://${proxy.host}`, no_proxy: place.drsFront.host };
    const { stdout } = await startProcess(env, running('src/operator/check.ts')).ended();
    expect(stdout).toContain(`✔ Network: Slack (${place.slackFront.host}) is asked through the proxy ${proxy.host}.`);
    expect(stdout).toContain(`✔ Network: DRS (${place.drsFront.host}) is asked directly.`);
    expect(await proxy.log()).not.toContain(place.drsFront.host);
  }, 60_000);
});

describe('a certificate of an authority that is not trusted', () => {
  test('is named with its host and the setting that mends it, by the start and by the check', async () => {
    await using place = await securePlace();
    const { NODE_EXTRA_CA_CERTS: _trusted, ...env } = place.env;
    const sentence = `The certificate of ${place.slackFront.host} is signed by nobody this machine trusts (`;
    for (const program of ['src/main.ts', 'src/operator/check.ts'] as const) {
      const { code, stdout, stderr } = await startProcess(env, running(program)).ended();
      expect(code).toBe(1);
      expect(stdout + stderr).toContain(sentence);
      expect(stdout + stderr).toContain('set NODE_EXTRA_CA_CERTS to a file with the certificate of your own authority');
    }
  }, 60_000);
});
