import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { running } from './programs.ts';

/** How a process ended, and all it said. */
export interface Ended {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The bot as a process of its own, as an operator runs it. */
export interface BotProcess {
  readonly child: ChildProcess;
  /** Everything it has printed, in the order in which it came. */
  output(): string;
  /** Resolves when it has printed this; rejects with everything known of it when it ended before. */
  printed(text: string): Promise<void>;
  /** Resolves when it has ended by itself and everything it said has arrived. */
  ended(): Promise<Ended>;
  /** Sends a signal and resolves with its exit code and how long it took, in ms. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
}

/** A process that was started, for whoever has to find out what went wrong. */
interface Started {
  /** Ms since 1970. */
  readonly at: number;
  describe(): string;
}

const started: Started[] = [];

/** Everything known of the processes that were started after a moment, in ms since 1970. */
export function describeProcesses(since: number): readonly string[] {
  return started.filter(({ at }) => at >= since).map((one) => one.describe());
}

/** Starts a command, `src/main.ts` unless given, with this environment and nothing else. */
export function startProcess(
  env: Readonly<Record<string, string>>,
  [command = '', ...args]: readonly string[] = running('src/main.ts'),
): BotProcess {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '', both: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      said.both += text;
      for (const watch of watchers) watch();
    });
  }
  // Later than `exit`: what it said last has arrived as well.
  const ended = once(child, 'close');
  const describe = () => describeProcess([command, ...args], env, child, said.both);
  started.push({ at: Date.now(), describe });
  return {
    child,
    output: () => said.both,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          if (said.both.includes(wanted)) resolve();
        };
        watchers.add(watch);
        watch();
        void ended.then(() => reject(new Error(`${JSON.stringify(wanted)} was not printed by ${describe()}`)), reject);
      }),
    async ended() {
      await ended;
      return { code: child.exitCode, signal: child.signalCode, stdout: said.stdout, stderr: said.stderr };
    },
    async end(signal) {
      const startedAt = performance.now();
      child.kill(signal);
      await ended;
      return { code: child.exitCode, ms: performance.now() - startedAt };
    },
  };
}

/** Runs a command to its end, with this environment and nothing else; any exit code is an answer. */
export async function runProcess(env: Readonly<Record<string, string>>, command: readonly string[]): Promise<Ended> {
  return await startProcess(env, command).ended();
}

function describeProcess(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  child: ChildProcess,
  said: string,
): string {
  const { pid, exitCode, signalCode } = child;
  const state =
    exitCode === null && signalCode === null ? 'is still running' : `ended with ${signalCode ?? `code ${exitCode}`}`;
  const chosen = Object.entries(env)
    .filter(([name]) => name === 'KILL_AT' || name === 'DATABASE_URL')
    .map(([name, value]) => `${name}=${JSON.stringify(value)} `);
  return `process ${pid}, ${chosen.join('')}${command.join(' ')}, which ${state} and said:\n${said}`;
}
