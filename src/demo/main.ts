import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { startBot } from '../bot.ts';
import { parseConfig } from '../config.ts';
import { systemClock } from '../runtime/clock.ts';
import { isSchedule } from '../runtime/cron.ts';
import { stopOnSignal } from '../runtime/lifecycle.ts';
import { startDrsSimulator } from './drs-simulator/simulator.ts';
import { startSlackWorkspace } from './slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from './slack-workspace/slack-workspace.ts';
import { CHANNELS, playStory } from './story.ts';
import { printMessages } from './transcript.ts';

const print = (line: string) => console.log(line);

const slack = await startSlackWorkspace();
const drs = await startDrsSimulator();
const folder = await mkdtemp(join(tmpdir(), 'drs-bot-demo-'));
const { domain, user, password } = drs.credentials;
const config = parseConfig(
  {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DRS_ENDPOINT: drs.endpoint,
    IAM_ENDPOINT: drs.endpoint,
    DRS_PROJECT_ID: drs.projectId,
    IAM_DOMAIN: domain,
    IAM_USER: user,
    IAM_PASSWORD: password,
    // Every second instead of every minute, so that the story does not take an hour.
    POLL_SCHEDULE: '* * * * * *',
    DATABASE_URL: `sqlite:${join(folder, 'demo.db')}`,
    LOG_LEVEL: 'warn',
  },
  isSchedule,
);
const bot = await startBot(config, { durations: { askAgainMs: 200 } });
const stopPrinting = printMessages(slack.state, print);
const prompt = createInterface({ input: process.stdin });

let ended = false;
stopOnSignal(async () => {
  ended = true;
  prompt.close();
  stopPrinting();
  await bot.stop();
  await Promise.all([slack.stop(), drs.stop()]);
  await rm(folder, { recursive: true });
  print('\nThe demo has ended.');
});
prompt.on('line', (line) => void typeAsAna(slack, line.trim()));

print(`A local Slack (${slack.apiUrl}) and a simulated DRS (${drs.endpoint}) are running, and the bot between them.`);
playStory({ slack, drs, clock: systemClock, print, pauseMs: 1_200 }).then(
  () =>
    print(
      `\n── The story is over; everything is still running. Type a command as @ana in ${CHANNELS[0]}, such as /drs help. Ctrl-C ends it.`,
    ),
  (error: unknown) => {
    // Ctrl-C in the middle of the story leaves it waiting for a bot that is gone.
    if (ended) return;
    throw error;
  },
);

async function typeAsAna(workspace: SlackWorkspace, line: string): Promise<void> {
  if (line === '') return;
  const acted = await workspace.people.type('ana', CHANNELS[0], line);
  if (acted.slackSays !== null) print(`  Slack says: ${acted.slackSays}`);
}
