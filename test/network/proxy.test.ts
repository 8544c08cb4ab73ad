import { describe, expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { runChecks } from '../../src/operator/checks.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { environment, startWorld } from '../support/world.ts';

const LOOKED_UP = { DRS_PROJECT_ID: '', DRS_REGION: 'ap-southeast-1' };
const withPassword = (url: string, credentials: string) => url.replace('://', `://${credentials}@`);

describe('the bot behind a proxy', () => {
  test.each([
    ['in capitals', 'HTTP_PROXY', null],
    ['in small letters', 'http_proxy', null],
    ['with a password', 'HTTP_PROXY', 'bot:p%40ss word'],
  ])('that is set %s goes through it to Slack, its socket, DRS and IAM, and works', async (_how, name, credentials) => {
    await using proxy = await startConnectProxy(credentials === null ? null : decodeURIComponent(credentials));
    const address = credentials === null ? proxy.url : withPassword(proxy.url, credentials.replace(' ', '%20'));
    await using world = await startWorld({ env: { ...LOOKED_UP, [name]: address } });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('FULL_TRANSFER_STARTED', {}, { name: 'orders' });
    expect((await world.ask('ana', '#migrations', '/drs subscribe orders')).text).toContain('Subscribed to *orders*');
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toContain('replicating');
    const [slack, drs] = [new URL(world.slack.apiUrl).host, new URL(world.drs.endpoint).host];
    expect(new Set(proxy.targets)).toEqual(new Set([slack, drs]));
    // The socket is a connection of its own.
    expect(proxy.targets.filter((target) => target === slack).length).toBeGreaterThan(1);
  });

  test.each(['127.0.0.1', '*', 'example.org,127.0.0.1'])('goes directly to what NO_PROXY=%s names', async (noProxy) => {
    await using proxy = await startConnectProxy();
    await using world = await startWorld({ env: { HTTP_PROXY: proxy.url, NO_PROXY: noProxy } });
    world.slack.addChannel('migrations');
    expect((await world.ask('ana', '#migrations', '/drs help')).text).toContain('*Ask*');
    expect(proxy.targets).toEqual([]);
  });

  test.each([
    [
      'is not there',
      'http://127.0.0.1:1',
      /The proxy 127\.0\.0\.1:1, which .*, cannot be reached \(ECONNREFUSED\): check HTTPS_PROXY/,
    ],
    [
      'wants a password',
      null,
      /The proxy 127\.0\.0\.1:\d+ wants the right user and password \(HTTP 407\): put user:password@/,
    ],
  ])('that %s says so at the start', async (_what, url, sentence) => {
    await using proxy = await startConnectProxy('bot:secret');
    await expect(startWorld({ env: { HTTP_PROXY: url ?? proxy.url } })).rejects.toThrow(sentence);
  });

  test('is asked by the check through what it went, target by target', async () => {
    await using proxy = await startConnectProxy('bot:secret-9');
    await using slack = await startSlackWorkspace();
    await using drs = await startDrsSimulator();
    const env = {
      ...(await environment('socket', slack, drs)),
      HTTP_PROXY: withPassword(proxy.url, 'bot:secret-9'),
      NO_PROXY: new URL(slack.apiUrl).host,
    };
    const lines: string[] = [];
    expect(await runChecks(env, (line) => lines.push(line))).toBe(true);
    const place = (url: string) => new URL(url).host;
    expect(lines.filter((line) => line.startsWith('✔ Network'))).toEqual([
      `✔ Network: Slack (${place(slack.apiUrl)}) is asked directly.`,
      `✔ Network: DRS (${place(drs.endpoint)}) is asked through the proxy ${place(proxy.url)}.`,
      `✔ Network: IAM (${place(drs.endpoint)}) is asked through the proxy ${place(proxy.url)}.`,
    ]);
    expect(lines.join()).not.toContain('secret-9');
  });
});
