import { expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { startProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { environment } from '../support/world.ts';
import { expectOnceOverRestart } from './restarted-bot.ts';

test('after SIGTERM and a start nothing is forgotten and nothing is repeated', async () => {
  await expectOnceOverRestart('SIGTERM');
}, 120_000);

test('SIGTERM in the middle of a poll that hangs ends the bot within 10 s, and the poll is made up for', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  slack.addUser('ana');
  slack.addChannel('a');
  const job = drs.addJob('FULL_TRANSFER_STARTED');
  const env = { ...(await environment('http', slack, drs)), POLL_SCHEDULE: '* * * * * *', LOG_LEVEL: 'info' };
  const start = async () => {
    const bot = startProcess(env);
    await bot.printed('the bot is running');
    slack.deliverTo(`http://127.0.0.1:${/"port":(\d+)/.exec(bot.output())?.[1]}/slack/events`);
    return bot;
  };
  const first = await start();
  await slack.people.type('ana', '#a', `/drs subscribe ${job.id}`);
  await slack.waitFor('an answer', () => slack.ephemerals('#a', 'ana')[0]);
  drs.faults.next('progress', { kind: 'hang' });
  drs.clearRequests();
  await expect.poll(() => drs.progressRequests().length, { timeout: 10_000 }).toBeGreaterThan(0);
  const { code, ms } = await first.end('SIGTERM');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  drs.faults.clear();
  job.becomes('FULL_TRANSFER_FAILED');
  const second = await start();
  await slack.waitFor('the change', () => slack.messages('#a')[1], 20_000);
  await second.end('SIGTERM');
  expect(slack.messages('#a')).toHaveLength(2);
}, 60_000);

test('a configuration with mistakes ends the start with all of them and exit code 1', async () => {
  const bot = startProcess({ SLACK_BOT_TOKEN: 'xoxp-1', PORT: 'x' });
  await bot.printed('The configuration has');
  expect((await bot.end('SIGCONT')).code).toBe(1);
  expect(bot.output()).toContain('  SLACK_BOT_TOKEN: expected the bot token, which begins with xoxb-');
  expect(bot.output()).toContain('  HUAWEICLOUD_SDK_AK: is missing, and so is IAM_USER');
  expect(bot.output()).not.toContain('xoxp-1');
});

test('Ctrl-C in the middle of the story ends the demo just as cleanly', async () => {
  const demo = startProcess({}, running('demo/main.ts'));
  await demo.printed('types: /drs subscribe');
  const { code, ms } = await demo.end('SIGINT');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  expect(demo.output()).toMatch(/The demo has ended\.\n$/);
}, 30_000);
