import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createLogOutput } from '../../src/runtime/log-output.ts';

/** A pipe with a name. */
function makePipe() {
  const path = join(mkdtempSync(join(tmpdir(), 'drs-bot-log-')), 'pipe');
  execFileSync('mkfifo', [path]);
  const openReader = () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const reader = openReader();
  return { reader, openReader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

/** Everything that is in the pipe now. */
function readAll(reader: number): string {
  const chunk = Buffer.alloc(65_536);
  let text = '';
  for (;;)
    try {
      const bytes = readSync(reader, chunk);
      if (bytes === 0) return text;
      text += chunk.toString('utf8', 0, bytes);
    } catch {
      return text;
    }
}

const describeLoss = (lines: number) => `${lines} lost\n`;

describe('a log output', () => {
  test('writes lines in their order', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'drs-bot-log-')), 'log');
    const file = openSync(path, 'a');
    const output = createLogOutput(file, describeLoss);
    const lines = Array.from({ length: 2_000 }, (_none, index) => `line ${index}\n`);
    for (const line of lines) output.write(line);
    await expect.poll(() => readFileSync(path, 'utf8')).toBe(lines.join(''));
    closeSync(file);
  });

  test('drops and counts what a full pipe does not take, and says how many as soon as somebody reads', async () => {
    const { reader, writer } = makePipe();
    const output = createLogOutput(writer, describeLoss);
    const line = `${'x'.repeat(1_023)}\n`;
    for (let count = 0; count < 1_000; count++) output.write(line);
    let text = '';
    const read = () => (text += readAll(reader));
    await expect.poll(read, { timeout: 5_000 }).toMatch(/^\d+ lost$/m);
    output.write('after it\n');
    await expect.poll(read).toMatch(/after it\n$/);
    const lost = Number(/^(\d+) lost$/m.exec(text)?.[1]);
    expect(text.split('\n').filter((one) => one === line.trimEnd())).toHaveLength(1_000 - lost);
    expect(lost).toBeGreaterThan(0);
  });

  test('outlives the reader of a pipe, and goes on with the next one', async () => {
    const { reader, openReader, writer } = makePipe();
    const output = createLogOutput(writer, describeLoss);
    output.write('one\n');
    await expect.poll(() => readAll(reader)).toBe('one\n');
    closeSync(reader);
    output.write('two\n');
    output.write('three\n');
    const next = openReader();
    let text = '';
    await expect.poll(() => (text += readAll(next)), { timeout: 5_000 }).toBe('two\nthree\n');
  });

  test('at the end of the process writes at once what waits, if there is room', () => {
    const { reader, writer } = makePipe();
    const output = createLogOutput(writer, describeLoss);
    output.write('one\n');
    output.write('two\n');
    output.flush();
    expect(readAll(reader)).toBe('one\ntwo\n');
    for (let isFull = false; !isFull;)
      try {
        writeSync(writer, Buffer.alloc(4_096));
      } catch {
        isFull = true;
      }
    output.write('three\n');
    expect(() => output.flush()).not.toThrow();
  });
});
