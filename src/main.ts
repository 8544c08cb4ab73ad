import { startBot } from './bot.ts';
import { readEnvFile } from './config/env-file.ts';
import { parseConfig, secretsOf } from './config/config.ts';
import { holdFailure } from './domain/base/hold-failure.ts';
import { OperatorError } from './ports/operator-error.ts';
import { isSchedule } from './runtime/cron.ts';
import { stopOnSignal } from './runtime/lifecycle.ts';
import { createLogger } from './runtime/logger.ts';
import { leaveLocalTime } from './runtime/zone.ts';

leaveLocalTime();
const startCall = new AbortController();
try {
  const config = parseConfig(readEnvFile(process.env).env, isSchedule);
  // A fault is written down whatever the log level is.
  const lastResort = createLogger('error', () => secretsOf(config));
  const starting = holdFailure(startBot(config, {}, startCall.signal));
  // Before it has started: a signal that comes meanwhile is obeyed as soon as it has, or ends its waiting.
  stopOnSignal(
    async () => {
      startCall.abort();
      const bot = await starting.catch(() => null);
      await bot?.stop();
    },
    (fault) => lastResort.error({ err: fault }, 'a fault that nobody handled; the bot ends'),
  );
  await starting;
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  console.error(error.message);
  // Whoever stops it in the middle of a start has got what they wanted.
  if (!startCall.signal.aborted) process.exitCode = 1;
}
