import type { Log } from '../src/ports/log.ts';

/**
 * What the bot logs of errors, as one plain line each, and each once however often it comes: a demo is read by people. Figures
 * in it, such as times, make no other line.
 */
export function createQuietLog(print: (line: string) => void): Log {
  const printed = new Set<string>();
  const tell = (_fields: object, message: string) => {
    const line = message.replace(/\s*\([A-Z]+\.\d+:.*\)$/su, '');
    const kind = line.replace(/\d+/g, '');
    if (printed.has(kind)) return;
    printed.add(kind);
    print(`\n  log │ ${line}`);
  };
  const nothing = () => undefined;
  return { debug: nothing, info: nothing, warn: nothing, error: tell };
}
