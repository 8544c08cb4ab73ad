import { startBot } from './bot.ts';
import { ConfigError, parseConfig } from './config.ts';
import { StartError } from './ports.ts';
import { isSchedule } from './runtime/cron.ts';
import { stopOnSignal } from './runtime/lifecycle.ts';

try {
  const starting = startBot(parseConfig(process.env, isSchedule));
  // Before it has started: a signal that comes meanwhile is obeyed as soon as it has.
  stopOnSignal(async () => {
    const bot = await starting.catch(() => null);
    await bot?.stop();
  });
  await starting;
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
