import { expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { expectOnceOverRestart } from '../crash/restarted-bot.ts';
import { startProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { environment } from '../support/world.ts';

test('after SIGKILL and a start nothing is forgotten and nothing is repeated', async () => {
  await expectOnceOverRestart('SIGKILL');
}, 120_000);

test('npm start builds and runs the bot, and SIGTERM to npm ends both', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  const bot = startProcess({ ...(await environment('socket', slack, drs)), LOG_LEVEL: 'info' }, ['npm', 'start']);
  await bot.printed('the bot is running');
  const { code, ms } = await bot.end('SIGTERM');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  expect(bot.output()).toContain('"msg":"stopped"');
}, 60_000);

test('the demo plays its story and Ctrl-C ends it cleanly', async () => {
  const demo = startProcess({}, running('demo/main.ts'));
  await demo.printed('The story is over');
  const { code, ms } = await demo.end('SIGINT');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  // A figure and its unit are joined by a space that breaks no line.
  const output = demo.output().replaceAll('\u00a0', ' ');
  expect(output).toContain('The demo has ended.');
  for (const words of [
    '🔔 @ana subscribed this channel',
    '🔔 @li 为本频道订阅了 orders',
    '(message updated)',
    '✅ orders is done',
  ])
    expect(output).toContain(words);
  for (const [english, chinese] of [
    ['🔵 orders – full copy complete', '🔵 orders – 全量复制完成'],
    ['🟠 orders – replicating, lag 6 min 12 s', '🟠 orders – 增量同步中，延迟 6 分钟 12 秒'],
    ['🔴 orders FAILED –', '🔴 orders 失败 –'],
    ['🟢 orders recovered', '🟢 orders 在'],
    ['✅ orders is done –', '✅ orders 已完成 –'],
  ]) {
    expect(output.split(`#migrations  drs\n             │ ${english}`)).toHaveLength(2);
    expect(output.split(`#orders-team  drs\n              │ ${chinese}`)).toHaveLength(2);
  }
  expect(output).not.toContain('"level"');
}, 90_000);
