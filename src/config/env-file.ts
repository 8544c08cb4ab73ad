import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { ConfigError } from './config-error.ts';

/** Where a file with settings is. */
const ENV_FILE = 'ENV_FILE';
/** What Node reads before any file of ours. */
const TOO_LATE = /^(?:NODE_\w+|UV_\w+|TZ|ENV_FILE)$/;

/** The settings as they are in force, and which of them a file gave. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Null: no file was named. */
  readonly file: {
    /** Absolute. */
    readonly path: string;
    readonly gives: ReadonlySet<string>;
    /** In the file with another value than in the environment, which wins. */
    readonly overruled: readonly string[];
  } | null;
}

/**
 * Adds to the environment what is in the file that ENV_FILE names; what the environment says itself wins, unless it is blank.
 * In the file a line is `NAME=value`, and the value is all of the rest of the line: `#`, `$`, `&`, `*` and `\` are themselves. One pair of
 * quotes around all of it is taken off. Lines that are blank or begin with `#` are none.
 *
 * @param readText reads a file
 * @throws ConfigError with all mistakes at once; values are never shown
 */
export function readEnvFile(
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Surroundings {
  const named = env[ENV_FILE]?.trim() ?? '';
  if (named === '') return { env, file: null };
  const path = resolve(named);
  const { settings, problems } = parseLines(readOrExplain(path, readText));
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${ENV_FILE}: ${path}, ${problem}`));
  const stated = new Map(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const gives = [...settings].filter(([name]) => !stated.has(name));
  const overruled = [...settings].filter(([name, value]) => stated.has(name) && stated.get(name)?.trim() !== value);
  return {
    env: { ...env, ...Object.fromEntries(gives) },
    file: { path, gives: new Set(gives.map(([name]) => name)), overruled: overruled.map(([name]) => name) },
  };
}

function readOrExplain(path: string, readText: (path: string) => string): string {
  try {
    return readText(path);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError([`${ENV_FILE}: ${path} cannot be read (${why}); expected a file with lines NAME=value`]);
  }
}

function parseLines(text: string): { readonly settings: ReadonlyMap<string, string>; readonly problems: string[] } {
  const settings = new Map<string, string>();
  const problems: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, name, rest = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line) ?? [];
    const problem = name === undefined ? 'expected NAME=value' : findProblem(name, rest.trim(), settings);
    if (problem !== null) problems.push(`line ${index + 1}: ${problem}`);
    else if (name !== undefined) settings.set(name, withoutQuotes(rest.trim()));
  }
  return { settings, problems };
}

function findProblem(name: string, value: string, settings: ReadonlyMap<string, string>): string | null {
  if (settings.has(name)) return `${name} is there a second time; keep one of them`;
  if (TOO_LATE.test(name)) return `${name} is read before this file; set it in the environment itself`;
  const quote = /^["']/.exec(value)?.[0];
  if (quote !== undefined && (value.length === 1 || !value.endsWith(quote)))
    return `${name} begins with a quote and does not end with it; a value is one line, without quotes or with one pair around all of it`;
  return null;
}

function withoutQuotes(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}
