import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { startBot } from '../bot.ts';
import { parseConfig } from '../config.ts';
import { MINUTE } from '../domain/time.ts';
import { systemClock } from '../runtime/clock.ts';
import { isSchedule } from '../runtime/cron.ts';
import { stopOnSignal } from '../runtime/lifecycle.ts';
import { SIMULATED_KEYS, startDrsSimulator } from './drs-simulator/simulator.ts';
import { Prompt, PROMPT_HELP } from './prompt.ts';
import { startSlackWorkspace } from './slack-workspace/slack-workspace.ts';
import { playStory, setStage } from './story.ts';
import { printMessages } from './transcript.ts';

const print = (line: string) => console.log(line);

const slack = await startSlackWorkspace();
let aheadMs = 0;
const drs = await startDrsSimulator({ clock: () => Date.now() + aheadMs });
const folder = await mkdtemp(join(tmpdir(), 'drs-bot-demo-'));
const { accessKey, secretKey: firstSecret } = SIMULATED_KEYS.permanent;
const secretFile = join(folder, 'secret-key');
let secretKey: string = firstSecret;
await writeFile(secretFile, secretKey);
setStage({ slack, drs });
const config = parseConfig(
  {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DRS_ENDPOINT: drs.endpoint,
    IAM_ENDPOINT: drs.endpoint,
    DRS_REGION: 'ap-southeast-1',
    DRS_CONSOLE_URL: 'https://console.example.com/drs/?region={region}#/drs/{list}/list',
    HUAWEICLOUD_SDK_AK: accessKey,
    HUAWEICLOUD_SDK_SK_FILE: secretFile,
    // Every second instead of every minute, so that the story does not take an hour.
    POLL_SCHEDULE: '* * * * * *',
    DATABASE_URL: `sqlite:${join(folder, 'demo.db')}`,
    LOG_LEVEL: 'warn',
  },
  isSchedule,
);
const bot = await startBot(config, { durations: { askAgainMs: 200, causeRetryMs: 1_000 } });
const stopPrinting = printMessages(slack.state, print);
const input = createInterface({ input: process.stdin });
const prompt = new Prompt(slack, { changeJob, rotateKey, fixKey, setClock }, print);

let ended = false;
stopOnSignal(async () => {
  ended = true;
  input.close();
  stopPrinting();
  await bot.stop();
  await Promise.all([slack.stop(), drs.stop()]);
  await rm(folder, { recursive: true });
  print('\nThe demo has ended.');
}, console.error);
input.on('line', (line) => void prompt.take(line));

print(`A local Slack (${slack.apiUrl}) and a simulated DRS (${drs.endpoint}) are running, and the bot between them.`);
playStory({ slack, drs, clock: systemClock, print, pauseMs: 1_200 }).then(
  () =>
    print(
      ['\n── The story is over; everything is still running. Try it:', ...PROMPT_HELP, '  Ctrl-C ends it.'].join('\n'),
    ),
  (error: unknown) => {
    // Ctrl-C in the middle of the story leaves it waiting for a bot that is gone.
    if (ended) return;
    throw error;
  },
);

/** Lets a simulated job enter a status; a sentence when there is no such job. */
function changeJob(name: string, status: string, error: string | null): string | null {
  const job = drs.findJob(name);
  if (job === undefined || status === '') return `Say which job and which status, such as: drs orders PAUSING`;
  job.becomes(status);
  if (error !== null) job.explains({ error_message: error });
  return null;
}

/** The key gets another secret that the bot does not know. */
function rotateKey(): string {
  secretKey = randomUUID();
  drs.keys.set({ accessKey, secretKey, securityToken: null });
  return 'The access key has another secret now, and the bot does not know it.';
}

/** The bot's own file gets the secret that works. */
async function fixKey(): Promise<string> {
  await writeFile(secretFile, secretKey);
  return "The bot's file has the right secret.";
}

function setClock(minutesAhead: number): string {
  aheadMs = minutesAhead * MINUTE;
  return `The clock of the cloud is ${minutesAhead} min ahead.`;
}
