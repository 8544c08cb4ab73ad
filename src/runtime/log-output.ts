import { write, writeSync } from 'node:fs';

/** Lines wait for room up to so many bytes together; newer ones are dropped. */
const MAX_WAITING_BYTES = 256 * 1024;
/** What could not be written is tried again after this, in ms. */
const RETRY_MS = 250;
/** At the end of the process, a write under way has this long, in ms, before what waits behind it is written. */
const LAST_WRITE_MS = 50;

/** Takes lines in order and never keeps anybody waiting. */
export interface LogOutput {
  /** @param line ends with a line break */
  write(line: string): void;
  /** Writes what waits, as far as that goes at once: for the last moment of the process. */
  flush(): void;
}

/**
 * Lines to an open file, pipe or terminal. Whatever becomes of that – a full disk, a pipe that nobody reads or whose reader has
 * gone – lines wait up to 256 KiB; beyond that they are dropped and counted, and a line says how many as soon as there is room.
 *
 * @param descriptor of a file, or of a pipe that does not block
 * @param describeLoss the line about lines that were dropped
 */
export function createLogOutput(descriptor: number, describeLoss: (lines: number) => string): LogOutput {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let state: 'idle' | 'writing' | 'resting' = 'idle';
  let underWayBytes = 0;

  function take(line: string): boolean {
    const bytes = Buffer.from(line);
    if (waitingBytes + bytes.length > MAX_WAITING_BYTES) return false;
    waiting.push(bytes);
    waitingBytes += bytes.length;
    return true;
  }

  function tellLoss(): void {
    if (dropped > 0 && take(describeLoss(dropped))) dropped = 0;
  }

  function forget(bytes: number): void {
    const rest = Buffer.concat(waiting).subarray(bytes);
    waiting = rest.length === 0 ? [] : [rest];
    waitingBytes = rest.length;
  }

  /** In a thread of its own: a disk that hangs keeps nobody waiting either. */
  function writeSome(): void {
    state = 'writing';
    underWayBytes = waitingBytes;
    write(descriptor, Buffer.concat(waiting), 0, underWayBytes, null, (error, written) => {
      underWayBytes = 0;
      if (error === null) forget(written);
      if (error !== null || written === 0) return rest();
      tellLoss();
      if (waitingBytes > 0) return writeSome();
      state = 'idle';
    });
  }

  function rest(): void {
    state = 'resting';
    setTimeout(writeSome, RETRY_MS).unref();
  }

  return {
    write(line) {
      tellLoss();
      if (dropped > 0 || !take(line)) dropped += 1;
      if (state === 'idle') writeSome();
    },
    flush() {
      tellLoss();
      const behind = Buffer.concat(waiting).subarray(underWayBytes);
      if (behind.length === 0) return;
      if (underWayBytes > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_WRITE_MS);
      try {
        writeSync(descriptor, behind);
      } catch {
        // There is no room to the last, and nobody to tell.
      }
    },
  };
}

let standardOutput: LogOutput | null = null;

/** Standard output: the one of this process, whoever logs to it. */
export function openStandardOutput(describeLoss: (lines: number) => string): LogOutput {
  if (standardOutput !== null) return standardOutput;
  // To ask for the stream makes a pipe or a socket one that does not block; the stream itself would die of its first fault.
  const descriptor = process.stdout.fd;
  const output = createLogOutput(descriptor, describeLoss);
  process.once('exit', () => output.flush());
  return (standardOutput = output);
}
