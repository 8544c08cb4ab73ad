import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { startBot } from '../src/bot.ts';
import { parseConfig } from '../src/config/config.ts';
import { holdFailure } from '../src/domain/base/hold-failure.ts';
import { MINUTE } from '../src/domain/base/time.ts';
import { OperatorError } from '../src/ports/operator-error.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { isSchedule } from '../src/runtime/cron.ts';
import { stopOnSignal } from '../src/runtime/lifecycle.ts';
import { leaveLocalTime } from '../src/runtime/zone.ts';
import { startDrsSimulator } from './drs-simulator/simulator.ts';
import { createFaultChanges } from './fault-changes.ts';
import { createJobChanges } from './job-changes.ts';
import { Prompt, PROMPT_HELP } from './prompt.ts';
import { createQuietLog } from './quiet-log.ts';
import { parseSignIn, prepareSignIn, SIGN_INS } from './sign-in.ts';
import { startSlackWorkspace } from './slack-workspace/slack-workspace.ts';
import { playStory, setStage, STORY_INCIDENTS, STORY_VERDICTS } from './story.ts';
import { printMessages } from './transcript.ts';
import { wrapColumns } from './wrap.ts';

leaveLocalTime();
const print = (line: string) => console.log(line);
const width = () => (process.stdout.isTTY ? process.stdout.columns : undefined);

const chosen = parseSignIn(process.argv.slice(2));
if (chosen === undefined) {
  const options = Object.entries(SIGN_INS).map(([option, what]) => `  ${option.padEnd(16)} ${what}`);
  print(['There is no such option. One of these may stand behind `npm run demo --`:', ...options].join('\n'));
  process.exit(1);
}
const slack = await startSlackWorkspace();
let aheadMs = 0;
const drs = await startDrsSimulator({ clock: () => Date.now() + aheadMs });
const folder = await mkdtemp(join(tmpdir(), 'drs-bot-demo-'));
const signIn = await prepareSignIn(chosen, drs, folder);
setStage({ slack, drs });
const config = parseConfig(
  {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DRS_ENDPOINT: drs.endpoint,
    IAM_ENDPOINT: drs.endpoint,
    DRS_CONSOLE_URL: 'https://console.example.com/drs/?region={region}#/drs/{list}/list',
    ...signIn.env,
    // Every second instead of every minute, so that the story does not take an hour.
    POLL_SCHEDULE: '* * * * * *',
    DATABASE_URL: `sqlite:${join(folder, 'demo.db')}`,
  },
  isSchedule,
);
const stopPrinting = printMessages(slack.state, print, width);
const input = createInterface({ input: process.stdin });
const prompt = new Prompt(
  slack,
  { ...signIn, ...createJobChanges(drs), ...createFaultChanges(drs, slack), setClock },
  printWrapped,
);
input.on('line', (line) => void prompt.take(line));

const unwanted = new AbortController();
// Names go stale within seconds, so that it shows what the bot makes of a job that was renamed.
const durations = {
  askAgainMs: 200,
  causeRetryMs: 1_000,
  listEveryMs: 2_000,
  namesEveryMs: 10_000,
  verdicts: STORY_VERDICTS,
  incidents: STORY_INCIDENTS,
};
const starting = holdFailure(startBot(config, { durations, log: createQuietLog(printWrapped) }, unwanted.signal));
const end = async () => {
  unwanted.abort();
  input.close();
  stopPrinting();
  await (await starting.catch(() => null))?.stop();
  await Promise.all([slack.stop(), drs.stop()]);
  await rm(folder, { recursive: true });
  print('\nThe demo has ended.');
};
stopOnSignal(end, console.error);

printWrapped(
  `A local Slack (${slack.apiUrl}) and a simulated DRS (${drs.endpoint}) are running, and the bot between them.`,
);
try {
  await starting;
  await playStory({ slack, drs, clock: systemClock, print: printWrapped, pauseMs: 1_200 });
  printWrapped(
    ['\n── The story is over; everything is still running. Try it:', ...PROMPT_HELP, '  Ctrl-C ends it.'].join('\n'),
  );
} catch (error) {
  // Ctrl-C in the middle of the story leaves it waiting for a bot that is gone.
  if (!unwanted.signal.aborted) {
    if (!(error instanceof OperatorError)) throw error;
    print(`\nThe bot does not start: ${error.message}`);
    process.exitCode = 1;
    await end();
  }
}

/** A clock that is right again is noticed at once with a key that is written anew, else by the next try. */
async function setClock(minutesAhead: number): Promise<string> {
  aheadMs = minutesAhead * MINUTE;
  if (minutesAhead !== 0) return `The clock of the cloud is ${minutesAhead} min ahead. clock 0 sets it right.`;
  await signIn.fixKey();
  return 'The clock of the cloud is right again, and the key was written anew, so that the bot asks at once.';
}

/** No wider than the terminal. */
function printWrapped(text: string): void {
  for (const line of wrapColumns(text, width())) print(line);
}
