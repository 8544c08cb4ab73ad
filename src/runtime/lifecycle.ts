import { SECOND } from '../domain/base/time.ts';

/** The last resort: a process that has not ended by itself so long after the signal is ended. */
const FORCED_EXIT_MS = 9.5 * SECOND;

/**
 * Calls `stop` on SIGTERM and SIGINT, and when a fault nobody handled leaves the process in an unknown state; the exit
 * code tells the supervisor which. The process then ends by itself, because nothing is left to do.
 *
 * @param report writes a fault down; it may carry secrets
 */
export function stopOnSignal(stop: () => Promise<void>, report: (fault: unknown) => void): void {
  const end = (exitCode: number) => {
    process.exitCode ??= exitCode;
    setTimeout(() => process.exit(process.exitCode), FORCED_EXIT_MS).unref();
    stop().catch((error: unknown) => {
      report(error);
      process.exit(1);
    });
  };
  process.once('SIGTERM', () => end(0));
  process.once('SIGINT', () => end(0));
  for (const fault of ['unhandledRejection', 'uncaughtException'] as const) {
    process.once(fault, (error: unknown) => {
      report(error);
      process.exitCode = 1;
      end(1);
    });
  }
}
