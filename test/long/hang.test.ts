import { expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { firstWords } from '../support/first-words.ts';
import { startProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { QUICK_DURATIONS } from '../support/quick-durations.ts';
import { environment } from '../support/world.ts';

test('SIGTERM while Slack leaves a post hanging ends the bot within 10 s, and the post goes out after the next start', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  slack.addUser('ana');
  slack.addChannel('a');
  const job = drs.addJob('FULL_TRANSFER_STARTED');
  const env = { ...(await environment('socket', slack, drs)), POLL_SCHEDULE: '* * * * * *', LOG_LEVEL: 'info' };
  // As patient with Slack as in production; only the search for the post is quicker.
  const durations = { ...QUICK_DURATIONS, slackTimeoutMs: 10_000, channelLeaseMs: 15_000 };
  const start = () =>
    startProcess({ ...env, DURATIONS: JSON.stringify(durations) }, running('test/crash/killable-bot.ts'));
  const first = start();
  await first.printed('the bot is running');
  await slack.people.type('ana', '#a', `/drs subscribe ${job.id}`);
  await slack.waitFor('an answer', () => slack.ephemerals('#a', 'ana')[0]);
  slack.faults.next('chat.postMessage', { kind: 'hang' });
  job.becomes('FULL_TRANSFER_COMPLETE');
  const hangs = () => slack.calls.some((call) => call.method === 'chat.postMessage' && call.result === null);
  await slack.waitFor('the hanging call', () => (hangs() ? true : undefined), 10_000);
  const { code, ms } = await first.end('SIGTERM');
  expect({ code, inTime: ms < 10_000 }).toEqual({ code: 0, inTime: true });

  const second = start();
  await second.printed('the bot is running');
  await slack.waitFor('the post', () => slack.messages('#a')[1], 40_000);
  await second.end('SIGTERM');
  expect(slack.messages('#a').map(({ text }) => firstWords(text))).toEqual([
    expect.stringContaining('🔔'),
    '🔵 full copy complete',
  ]);
}, 90_000);
