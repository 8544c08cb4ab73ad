import { startBot } from './bot.ts';
import { ConfigError, parseConfig } from './config.ts';
import { StartError } from './ports.ts';
import { isSchedule } from './runtime/cron.ts';
import { stopOnSignal } from './runtime/lifecycle.ts';

try {
  const bot = await startBot(parseConfig(process.env, isSchedule));
  stopOnSignal(() => bot.stop());
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
