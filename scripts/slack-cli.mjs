/**
 * What Slack's own command line calls (.slack/hooks.json): `manifest` prints the app's manifest as JSON, `start` runs the bot with the tokens of the app
 * that `slack run` has installed. It hands them over as SLACK_CLI_XOXB and SLACK_CLI_XAPP; everything else comes from the environment and from .env, if there is one.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

if (process.argv[2] === 'manifest') {
  const { parse } = await import('yaml');
  console.log(JSON.stringify(parse(readFileSync('manifest.yml', 'utf8'))));
} else if (process.argv[2] === 'start') {
  const { SLACK_CLI_XOXB: botToken, SLACK_CLI_XAPP: appToken } = process.env;
  if (botToken) process.env.SLACK_BOT_TOKEN = botToken;
  if (appToken) process.env.SLACK_APP_TOKEN = appToken;
  if (existsSync('.env')) process.env.ENV_FILE ??= '.env';
  const bot = spawn('npm', ['start', '--silent'], { stdio: 'inherit', shell: process.platform === 'win32' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bot.kill(signal));
  bot.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  console.error('Say manifest or start: node scripts/slack-cli.mjs manifest');
  process.exitCode = 1;
}
