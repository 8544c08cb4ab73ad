import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, test } from 'vitest';

import { findUnheldPromises } from './find-unheld-promises.ts';

const root = new URL('../../', import.meta.url).pathname;
const ENTRIES = [
  'src/main.ts',
  'src/operator/check.ts',
  'src/operator/backup.ts',
  'src/operator/migrate.ts',
  'demo/main.ts',
];

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, noEmit: true };
}

const host = ts.createCompilerHost({});
/** TypeScript's own declarations, read once. */
const declarations = new Map<string, ts.SourceFile | undefined>();

/** What the check says about a file with this text. */
function findIn(text: string): readonly string[] {
  const probe: ts.CompilerHost = {
    ...host,
    getSourceFile: (name, target) =>
      name === 'probe.ts' ? ts.createSourceFile(name, text, target, true) : declarationsIn(name, target),
    fileExists: (name) => name === 'probe.ts' || host.fileExists(name),
  };
  const program = ts.createProgram(['probe.ts'], { target: ts.ScriptTarget.ES2023, types: [] }, probe);
  return findUnheldPromises(program, (name) => name === 'probe.ts');
}

function declarationsIn(name: string, target: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.SourceFile | undefined {
  if (!declarations.has(name)) declarations.set(name, host.getSourceFile(name, target));
  return declarations.get(name);
}

describe('work that is started and awaited later', () => {
  test('has somebody to catch its failure everywhere', () => {
    const program = ts.createProgram(
      ENTRIES.map((entry) => join(root, entry)),
      options(),
    );
    expect(
      findUnheldPromises(program, (name) => ['src', 'demo'].some((folder) => name.startsWith(join(root, folder)))),
    ).toEqual([]);
  }, 60_000);

  test.each([
    ['a variable', 'const work = begin();'],
    ['a function that runs at once', 'const work = (async () => { await begin(); })();'],
    ['one of two', 'const work = Math.random() > 2 ? null : begin();'],
    ['a variable that is set later', 'let work: Promise<void> | null = null; work ??= begin();'],
    ['a property', 'const all = { work: begin() };'],
    ['a field', 'class Worker { readonly work = begin(); }'],
    ['several together', 'const work = Promise.all([begin(), begin()]);'],
    ['what follows it', 'const work = begin().then(() => 1).finally(() => undefined);'],
  ])('is found where nobody does: %s', (_what, code) => {
    expect(findIn(`declare function begin(): Promise<void>;\n${code}\n`)).toEqual([
      expect.stringMatching(/^probe\.ts:2: /),
    ]);
  });

  test.each([
    ['awaited at once', 'const done = await begin();'],
    ['held by the helper', 'const work = holdFailure(begin());'],
    ['held by a handler', 'const work = begin().catch(() => undefined).finally(() => undefined);'],
    ['only described', 'const work = () => begin();'],
    ['waited for, well or badly', 'const work = Promise.allSettled([begin()]);'],
  ])('is left alone where somebody does: %s', (_what, code) => {
    const declared =
      'declare function begin(): Promise<void>;\ndeclare function holdFailure<T>(work: Promise<T>): Promise<T>;';
    expect(findIn(`${declared}\n${code}\nexport {};\n`)).toEqual([]);
  });
});
