import { join } from 'node:path';

/** Every program that tests start as a process of its own. */
export const PROGRAMS = [
  'src/main.ts',
  'src/operator/migrate.ts',
  'src/operator/backup.ts',
  'src/operator/check.ts',
  'demo/main.ts',
  'test/crash/killable-bot.ts',
  'test/power-cut/traced.ts',
] as const;

export type Program = (typeof PROGRAMS)[number];

/** What a program's bundle is called, without its folder and `.js`. */
export const bundleName = (program: Program): string => program.replace(/\.ts$/, '').replaceAll('/', '-');

/** The command that runs a program: its bundle, where the test run has made one, else its source. */
export function running(program: Program): readonly [string, ...string[]] {
  const folder = process.env['TEST_PROGRAMS'];
  return folder === undefined
    ? [process.execPath, '--import', 'tsx', program]
    : [process.execPath, '--enable-source-maps', join(folder, 'programs', `${bundleName(program)}.js`)];
}
