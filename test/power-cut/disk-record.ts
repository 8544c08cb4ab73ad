import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { running } from '../support/programs.ts';
import { parseMark } from './channel-life.ts';
import type { Mark } from './channel-life.ts';

/** What a process asked of the disk for one of its files, or a mark of what was known outside by then; in order. */
export type Recorded =
  | { readonly kind: 'write'; readonly file: string; readonly bytes: Buffer; readonly at: number }
  | { readonly kind: 'cut'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'mark'; readonly mark: Mark };

/** The files of the recorded process. */
export const DATABASE = 'bot.db';
const MARKS = 'marks';
/** Longer than any write of SQLite's, in bytes. */
const MAX_TEXT = 200_000;

/** Records a life of a channel by strace, in a folder of its own. */
export async function recordLife(folder: string): Promise<readonly Recorded[]> {
  const out = join(folder, 'calls');
  const calls = 'pwrite64,write,fsync,fdatasync,ftruncate';
  const strace = ['-y', '-xx', '-s', String(MAX_TEXT), '-e', `trace=${calls}`, '-o', out];
  const program = running('test/power-cut/traced.ts');
  const child = spawn('strace', [...strace, ...program, join(folder, DATABASE), join(folder, MARKS)], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the recorded process ended with ${String(code)}`);
  return readFileSync(out, 'utf8')
    .split('\n')
    .flatMap((line) => toCall(line, folder));
}

const CALL =
  /^(?<name>\w+)\(\d+<(?<path>[^>]*)>(?:, (?:"(?<text>[^"]*)", \d+(?:, (?<at>\d+))?|(?<length>\d+)))?\) += (?<result>\d+)/;

/** A line of strace about a file of the database or the marks; others are of no interest. */
function toCall(line: string, folder: string): readonly Recorded[] {
  const { name, path, text, at, length } = CALL.exec(line)?.groups ?? {};
  if (name === undefined || path === undefined) return [];
  const file = unescaped(path).toString('utf8').replace(`${folder}/`, '');
  if (file === MARKS && text !== undefined)
    return [{ kind: 'mark', mark: parseMark(unescaped(text).toString('utf8')) }];
  if (file !== DATABASE && file !== `${DATABASE}-wal`) return [];
  if (name === 'ftruncate') return [{ kind: 'cut', file, length: Number(length) }];
  if (text === undefined) return [{ kind: 'sync', file }];
  if (at === undefined) throw new Error(`a write without a place: ${line.slice(0, 80)}`);
  return [{ kind: 'write', file, bytes: unescaped(text), at: Number(at) }];
}

/** `\x41\x42`, as `-xx` prints everything. */
function unescaped(text: string): Buffer {
  return text.startsWith('\\x') ? Buffer.from(text.replaceAll('\\x', ''), 'hex') : Buffer.from(text, 'utf8');
}

/** Files by their names. */
export type Files = ReadonlyMap<string, Buffer>;

/** What a power cut may leave: of what no sync has followed, nothing, all of it, or every other write. */
export const LEFT = ['nothing', 'all', 'every other write'] as const;

/** The files after a power cut behind the first `count` calls. */
export function afterPowerCut(calls: readonly Recorded[], count: number, left: (typeof LEFT)[number]): Files {
  const files = new Map<string, Buffer>();
  const done = calls.slice(0, count);
  for (const [index, call] of done.entries()) {
    if (call.kind !== 'write' && call.kind !== 'cut') continue;
    const isSafe = done.slice(index).some((later) => later.kind === 'sync' && later.file === call.file);
    if (!isSafe && (left === 'nothing' || (left === 'every other write' && index % 2 === 0))) continue;
    const before = files.get(call.file) ?? Buffer.alloc(0);
    files.set(call.file, call.kind === 'cut' ? resized(before, call.length) : written(before, call));
  }
  return files;
}

function resized(file: Buffer, length: number): Buffer {
  return Buffer.concat([file.subarray(0, length), Buffer.alloc(Math.max(0, length - file.length))]);
}

function written(file: Buffer, { bytes, at }: { readonly bytes: Buffer; readonly at: number }): Buffer {
  const whole = resized(file, Math.max(file.length, at + bytes.length));
  bytes.copy(whole, at);
  return whole;
}
