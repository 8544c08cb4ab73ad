/**
 * The least that answers a slash command: Bolt over Socket Mode, an echo, and for `status <job>` the one DRS call.
 */
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { request } from 'undici';

const { SLACK_API_URL = '', SLACK_APP_TOKEN = '', DRS_ENDPOINT = '' } = process.env;

const clientOptions = { slackApiUrl: SLACK_API_URL };
const receiver = new SocketModeReceiver({
  appToken: SLACK_APP_TOKEN,
  logLevel: LogLevel.ERROR,
  installerOptions: { clientOptions },
});
const app = new App({ token: 'xoxb-bare', receiver, clientOptions, logLevel: LogLevel.ERROR });

app.command('/drs', async ({ ack, command, respond }) => {
  await ack();
  const [verb, jobId = ''] = command.text.split(' ');
  await respond(verb === 'status' ? await askDrs(jobId) : command.text);
});

async function askDrs(jobId: string): Promise<string> {
  const answer = await request(`${DRS_ENDPOINT}/v3/bare/jobs/batch-progress`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': 'bare' },
    body: JSON.stringify({ jobs: [jobId] }),
  });
  const parsed: unknown = JSON.parse(await answer.body.text());
  return JSON.stringify(parsed);
}

process.once('SIGTERM', () => process.exit(0));
await app.start();
