import { startBot } from './bot.ts';
import { ConfigError, parseConfig } from './config.ts';
import { StartError } from './ports.ts';
import { isSchedule } from './runtime/cron.ts';
import { stopOnSignal } from './runtime/lifecycle.ts';

const unwanted = new AbortController();
try {
  const starting = startBot(parseConfig(process.env, isSchedule), {}, unwanted.signal);
  // Before it has started: a signal that comes meanwhile is obeyed as soon as it has, or ends its waiting.
  stopOnSignal(async () => {
    unwanted.abort();
    const bot = await starting.catch(() => null);
    await bot?.stop();
  });
  await starting;
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  console.error(error.message);
  // Whoever stops it in the middle of a start has got what they wanted.
  if (!unwanted.signal.aborted) process.exitCode = 1;
}
