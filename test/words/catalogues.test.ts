import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';

import { EXPLANATIONS } from '../../src/domain/job/explanation.ts';
import { LANGUAGES } from '../../src/domain/base/language.ts';
import { scrub } from '../../src/runtime/scrub.ts';
import { en } from '../../src/words/en.ts';
import { plainTextsIn } from '../../src/words/plain-texts.ts';
import { zh } from '../../src/words/zh.ts';

/** The names of the gaps in a text, those inside choices included. */
function gaps(text: string): readonly string[] {
  const ast: unknown = new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst();
  const names = [...JSON.stringify(ast).matchAll(/"type":[1-6],"value":"(\w+)"/g)].map((match) => match[1] ?? '');
  return [...new Set(names)].toSorted();
}

describe('the catalogues', () => {
  test('have the same texts', () => {
    expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  test.each(Object.keys(en))('%s has the same gaps in every language, and is filled in', (key) => {
    const texts: readonly Readonly<Record<string, string>>[] = [en, zh];
    const [first = [], ...others] = texts.map((catalogue) => gaps(catalogue[key] ?? ''));
    for (const other of others) expect(other).toEqual(first);
    for (const catalogue of texts) expect((catalogue[key] ?? '').trim()).not.toBe('');
  });

  test.each([en, zh])('have no words that the log takes for a secret and leaves out', (catalogue) => {
    expect(Object.values(catalogue).filter((text) => scrub(text, []) !== text)).toEqual([]);
  });

  test('are understood: a gap that one language forgot would be seen', () => {
    expect(gaps('{a} {b, plural, one {x} other {# {c}}} {d, select, x {1} other {2}}')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('contain no half-translated text', () => {
    const same = Object.entries(en).filter(([key, text]) => new Map(Object.entries(zh)).get(key) === text);
    expect(same.map(([key]) => key)).toEqual([
      'state.with_tail',
      'detail.recovery',
      'cause.text_meaning_short',
      'backlog.step',
    ]);
  });

  test('have a sentence for every reason', () => {
    for (const key of EXPLANATIONS) expect(Object.keys(en)).toContain(`why.${key}`);
  });
});

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = plainTextsIn(language);

  test('counts and measures', () => {
    const said = [0, 999, 3_000, 65_000, 90_061_000].map((ms) => texts.duration(ms));
    expect(said).toEqual(
      language === 'en'
        ? ['&lt; 1 s', '&lt; 1 s', '3 s', '1 min 5 s', '1 d 1 h']
        : ['不到 1 秒', '不到 1 秒', '3 秒', '1 分钟 5 秒', '1 天 1 小时'],
    );
    expect(texts.get('list.headline', { count: 1 })).toBe(
      language === 'en' ? '1 job watched here' : '这里关注 1 个任务',
    );
  });

  test('puts sentences one after the other as the language does', () => {
    expect(texts.joinSentences('A.', 'B.')).toBe(language === 'en' ? 'A. B.' : 'A.B.');
  });

  test('leaves no blank between two words of Chinese, and one before a figure', () => {
    const short = { duration: texts.duration(10) };
    const long = { duration: texts.get('told.at_least', { duration: texts.duration(600_000) }) };
    expect([short, long, { duration: texts.duration(3_000) }].map((said) => texts.get('told.took', said))).toEqual(
      language === 'en'
        ? ['Took &lt; 1 s', 'Took at least 10 min', 'Took 3 s']
        : ['用时不到 1 秒', '用时至少 10 分钟', '用时 3 秒'],
    );
  });
});
