import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The bot as a process of its own, as an operator runs it. */
export interface BotProcess {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  output(): string;
  /** Resolves when it has printed this; rejects with its output when it ended before. */
  printed(text: string): Promise<void>;
  /** Sends a signal and resolves with its exit code and how long it took, in ms. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
}

/** Runs a source file without a build. */
export const running = (entry: string): readonly string[] => [process.execPath, '--import', 'tsx', entry];

/** Starts a command, `src/main.ts` unless given, with this environment and nothing else. */
export function startProcess(
  env: Readonly<Record<string, string>>,
  [command = '', ...args]: readonly string[] = running('src/main.ts'),
): BotProcess {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      for (const watch of watchers) watch();
    });
  }
  const ended = once(child, 'exit');
  return {
    child,
    output: () => text,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          if (text.includes(wanted)) resolve();
        };
        watchers.add(watch);
        watch();
        void ended.then(() => reject(new Error(`it ended without printing ${JSON.stringify(wanted)}:\n${text}`)));
      }),
    async end(signal) {
      const startedAt = performance.now();
      child.kill(signal);
      await ended;
      return { code: child.exitCode, ms: performance.now() - startedAt };
    },
  };
}
