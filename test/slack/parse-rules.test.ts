import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { LANGUAGES } from '../../src/domain/base/language.ts';
import { EVENT_CLASSES } from '../../src/domain/job/event-class.ts';
import { changeRules, NOTHING_CHOSEN } from '../../src/domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../src/domain/rules/rule-choice.ts';
import { MAX_AHEAD_MS, settleRules } from '../../src/domain/rules/typed-rules.ts';
import { usageMessage } from '../../src/slack/messages/answers/usage-message.ts';
import { explainRuleRefusal } from '../../src/slack/messages/answers/rule-refusal.ts';
import { typedRules } from '../../src/slack/messages/kit/rule-words.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import type { Texts } from '../../src/slack/messages/kit/texts.ts';
import { parseCommand } from '../../src/slack/parsing/parse-command.ts';
import { readRules, RULE_EXAMPLES } from '../../src/slack/parsing/parse-rules.ts';

/** A Friday. */
const NOW = Date.parse('2026-11-27T10:00:00Z');
const MINUTELY = { pollMs: MINUTE, now: NOW, zone: 'Europe/Berlin' };

const rules = (text: string) => {
  const parsed = parseCommand(`subscribe orders ${text}`);
  return parsed.ok && parsed.command.kind === 'subscribe' ? parsed.command.rules : parsed;
};
const error = (text: string) => {
  const parsed = parseCommand(text);
  return parsed.ok ? parsed.command : parsed.error;
};
const hold = (levelMs: number, holdMs: number) => ({ levelMs, holdMs });

describe('rules in a command', () => {
  test.each([
    ['lag:2m/10m', { lag: hold(2 * MINUTE, 10 * MINUTE) }],
    ['lag:90s', { lag: hold(90 * SECOND, 10 * MINUTE) }],
    ['ready:5s', { ready: hold(5 * SECOND, 15 * MINUTE) }],
    ['LAG:1H/2h', { lag: hold(HOUR, 2 * HOUR) }],
    ['lag：2m／10m', { lag: hold(2 * MINUTE, 10 * MINUTE) }],
    ['ｌａｇ：１ｄ／１ｈ', { lag: hold(DAY, HOUR) }],
    ['lag: 2m', { lag: hold(2 * MINUTE, 10 * MINUTE) }],
    ['lag:2m.', { lag: hold(2 * MINUTE, 10 * MINUTE) }],
    ['`lag:2m`', { lag: hold(2 * MINUTE, 10 * MINUTE) }],
    ['lag:off', { lag: 'off' }],
    ['lag:on ready:on', { lag: hold(2 * MINUTE, 10 * MINUTE), ready: hold(10 * SECOND, 15 * MINUTE) }],
    ['lag:default ready:Default', { lag: 'default', ready: 'default' }],
    ['stall:OFF events:all min:warning', { stall: 'off', events: 'all', least: 'warning' }],
    ['stall:on events:lasting min:info', { stall: 'on', events: 'lasting', least: 'info' }],
    [
      'stall:default events:default min:default by:off',
      { stall: 'default', events: 'default', least: 'default', by: 'default' },
    ],
    ['lag:2m lag:2m', { lag: hold(2 * MINUTE, 10 * MINUTE) }],
    ['', {}],
  ])('%j is understood', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  test('hold for all jobs of the command, wherever they stand', () => {
    expect(error('subscribe lag:2m orders stall:off billing')).toEqual({
      kind: 'subscribe',
      jobs: ['orders', 'billing'],
      rules: { lag: hold(2 * MINUTE, 10 * MINUTE), stall: 'off' },
    });
  });

  test.each([
    ['subscribe "lag:2m"', { kind: 'subscribe', jobs: ['lag:2m'], rules: {} }],
    ['subscribe orders:', { kind: 'subscribe', jobs: ['orders'], rules: {} }],
    [
      'subscribe https://console.example/#/detail/x',
      { kind: 'subscribe', jobs: ['https://console.example/#/detail/x'], rules: {} },
    ],
  ])('%j has none', (text, expected) => {
    expect(error(text)).toEqual(expected);
  });

  test.each([
    ['lag:30', { kind: 'unit_missing', key: 'lag', amount: '30', example: 'lag:30s' }],
    ['lag:2m/10', { kind: 'unit_missing', key: 'lag', amount: '10', example: 'lag:2m/10m' }],
    ['ready:10/15', { kind: 'unit_missing', key: 'ready', amount: '10', example: 'ready:10s/15m' }],
    ['lag:2x', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:2x' }],
    ['lag:2ms', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:2ms' }],
    ['lag:1.5h', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:1.5h' }],
    ['lag:-2m', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:-2m' }],
    ['lag:2m/', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:2m/' }],
    ['lag:99999999999s', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:99999999999s' }],
    ['lag:constructor', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:constructor' }],
    ['lag:', { kind: 'rule_not_understood', key: 'lag', rule: 'lag:' }],
    ['stall:maybe', { kind: 'rule_not_understood', key: 'stall', rule: 'stall:maybe' }],
    ['events:none', { kind: 'rule_not_understood', key: 'events', rule: 'events:none' }],
    ['min:loud', { kind: 'rule_not_understood', key: 'min', rule: 'min:loud' }],
    ['by:Sat', { kind: 'rule_not_understood', key: 'by', rule: 'by:Sat' }],
    ['by:2026-02-30T02:00', { kind: 'rule_not_understood', key: 'by', rule: 'by:2026-02-30T02:00' }],
    ['by:Sat-25:00', { kind: 'rule_not_understood', key: 'by', rule: 'by:Sat-25:00' }],
    ['by:Foo-02:00', { kind: 'rule_not_understood', key: 'by', rule: 'by:Foo-02:00' }],
    ['lag:2m lag:off', { kind: 'rule_twice', first: 'lag:2m', second: 'lag:off' }],
    ['mention:@dba', { kind: 'rule_later', rule: 'mention:@dba' }],
    ['style:thread', { kind: 'rule_later', rule: 'style:thread' }],
    ['quiet:22-7', { kind: 'rule_later', rule: 'quiet:22-7' }],
    ['escalate:@second/15m', { kind: 'rule_later', rule: 'escalate:@second/15m' }],
    ['lags:2m', { kind: 'unknown_rule', rule: 'lags:2m', meant: 'lag' }],
    ['color:red', { kind: 'unknown_rule', rule: 'color:red', meant: null }],
    ['constructor:x', { kind: 'unknown_rule', rule: 'constructor:x', meant: null }],
  ])('%j is refused with what is wrong', (text, expected) => {
    expect(error(`subscribe orders ${text}`)).toEqual(expected);
  });

  test('belong to no other command', () => {
    expect(error('status orders lag:2m')).toEqual({ kind: 'unknown_option', option: 'lag:2m', verb: 'status' });
    expect(error('unsubscribe orders lag:2m')).toMatchObject({ kind: 'unknown_option' });
    expect(error('subscribe lag:2m')).toEqual({ kind: 'jobs_missing', verb: 'subscribe' });
  });
});

describe('rules of a channel', () => {
  test.each([
    [
      'settings lag:5m min:warning',
      { kind: 'choose_rules', rules: { lag: hold(5 * MINUTE, 10 * MINUTE), least: 'warning' } },
    ],
    ['settings stall: off', { kind: 'choose_rules', rules: { stall: 'off' } }],
    ['settings by:Sat-02:00', { kind: 'rule_of_one', rule: 'by:Sat-02:00' }],
    ['settings lag:30', { kind: 'unit_missing', key: 'lag', amount: '30', example: 'lag:30s' }],
    ['settings lags:2m', { kind: 'unknown_rule', rule: 'lags:2m', meant: 'lag' }],
    ['settings tz:Europe/Berlin', { kind: 'setting_later', setting: 'tz:Europe/Berlin' }],
    ['settings quiet:22-7', { kind: 'setting_later', setting: 'quiet:22-7' }],
    ['settings color:red', { kind: 'unknown_setting', setting: 'color:red' }],
    ['settings lag:5m orders', { kind: 'unknown_setting', setting: 'orders' }],
    ['settings lag:5m lang:zh', { kind: 'unexpected_words', verb: 'settings', words: ['lag:5m', 'lang:zh'] }],
  ])('%j', (text, expected) => {
    expect(error(text)).toEqual(expected);
  });
});

describe('a moment that somebody types', () => {
  const meant = (typed: string, zone = 'Europe/Berlin', now = NOW) => {
    const read = readRules(`by:${typed}`);
    if (read === null) return 'not understood';
    const settled = settleRules(read, { pollMs: MINUTE, now, zone });
    if (settled.kind === 'refused') return settled.refusal.kind;
    const { by } = settled.changes;
    return typeof by === 'object' ? new Date(by.at).toISOString() : by;
  };

  test.each([
    ['Sat-02:00', '2026-11-28T01:00:00.000Z'],
    ['saturday-2:00', '2026-11-28T01:00:00.000Z'],
    ['周六-02:00', '2026-11-28T01:00:00.000Z'],
    ['星期天02:00', '2026-11-29T01:00:00.000Z'],
    ['Fri-11:30', '2026-11-27T10:30:00.000Z'],
    ['Fri-11:00', '2026-12-04T10:00:00.000Z'],
    ['02:00', '2026-11-28T01:00:00.000Z'],
    ['11:30', '2026-11-27T10:30:00.000Z'],
    ['2026-12-05T02:00', '2026-12-05T01:00:00.000Z'],
    ['2026-12-05-02:00', '2026-12-05T01:00:00.000Z'],
    ['2026-11-27T11:00', 'by_passed'],
    ['2027-02-27T11:00', 'by_too_far'],
  ])('%s on a Friday at eleven in Berlin', (typed, expected) => {
    expect(meant(typed)).toBe(expected);
  });

  test('is of the zone it is meant in, a day later where that is ahead', () => {
    expect(meant('02:00', 'Asia/Shanghai')).toBe('2026-11-27T18:00:00.000Z');
    expect(meant('02:00', 'America/Los_Angeles', Date.parse('2026-11-27T09:59:00Z'))).toBe('2026-11-27T10:00:00.000Z');
    expect(meant('Sat-00:15', 'Asia/Kathmandu')).toBe('2026-11-27T18:30:00.000Z');
  });

  test('is an hour later where the clock leaves it out, and the first where it comes twice', () => {
    expect(meant('2026-03-29T02:30', 'Europe/Berlin', Date.parse('2026-03-28T10:00:00Z'))).toBe(
      '2026-03-29T01:30:00.000Z',
    );
    expect(meant('2026-10-25T02:30', 'Europe/Berlin', Date.parse('2026-10-24T10:00:00Z'))).toBe(
      '2026-10-25T00:30:00.000Z',
    );
  });
});

describe('a hold on a schedule', () => {
  const settled = (text: string, pollMs: number) => settleRules(readRules(text) ?? {}, { ...MINUTELY, pollMs });

  test('stretches to three polls, and is refused below two', () => {
    expect(settled('lag:2m/3m', MINUTE)).toMatchObject({ kind: 'settled', stretched: [] });
    expect(settled('lag:2m/2m', MINUTE)).toMatchObject({
      kind: 'settled',
      changes: { lag: hold(2 * MINUTE, 2 * MINUTE) },
      stretched: [{ rule: 'lag', fromMs: 2 * MINUTE, toMs: 3 * MINUTE }],
    });
    expect(settled('ready:10s/1m', MINUTE)).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'hold', rule: 'ready', check: { kind: 'hold_too_short', leastMs: 2 * MINUTE } },
    });
  });

  test('that nobody typed is never too short', () => {
    expect(settled('lag:2m', HOUR)).toMatchObject({
      kind: 'settled',
      stretched: [{ rule: 'lag', fromMs: 10 * MINUTE, toMs: 3 * HOUR }],
    });
  });

  test.each([
    ['lag:0s', 'always_so'],
    ['lag:31d', 'never_so'],
    ['lag:2m/7h', 'hold_too_long'],
  ])('%s is refused: %s', (text, kind) => {
    expect(settled(text, MINUTE)).toMatchObject({ kind: 'refused', refusal: { check: { kind } } });
  });
});

const TEXTS = LANGUAGES.map((language) =>
  createTexts(language, {
    command: '/drs',
    botName: 'drs',
    teamUrl: null,
    tellsOperator: false,
    projects: () => ({ asked: 'p1', others: '' }),
    consoleUrl: () => null,
  }),
);

test('whatever rules are typed, they are taken, or refused in a sentence that says so', () => {
  const value = fc.oneof(
    fc.constantFrom(
      'off',
      'on',
      'default',
      'all',
      'warning',
      'Sat-02:00',
      '周一-23:59',
      '2026-12-05T02:00',
      '0s',
      '1s/1s',
    ),
    fc.tuple(fc.nat(), fc.constantFrom('s', 'm', 'h', 'd', '', 'x')).map(([count, unit]) => `${count}${unit}`),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const key = fc.oneof(
    fc.constantFrom(...Object.keys(RULE_EXAMPLES), 'style', 'lags', 'LAG'),
    fc.string({ maxLength: 6 }),
  );
  const word = fc.tuple(key, fc.constantFrom(':', '：', ': ', '/'), value).map((parts) => parts.join(''));
  const line = fc.tuple(
    fc.constantFrom('subscribe orders', 'settings'),
    fc.array(word, { minLength: 1, maxLength: 4 }),
  );
  /** Why they are not taken; null where they are. */
  const refusal = (texts: Texts, text: string, pollMs: number) => {
    const parsed = parseCommand(text);
    if (!parsed.ok) return usageMessage(texts, parsed.error).text;
    const { command: given } = parsed;
    if (given.kind !== 'subscribe' && given.kind !== 'choose_rules') return null;
    const settled = settleRules(given.rules, { ...MINUTELY, pollMs });
    return settled.kind === 'refused' ? explainRuleRefusal(texts, settled.refusal) : null;
  };
  fc.assert(
    fc.property(line, fc.constantFrom(MINUTE, HOUR), ([command, words], pollMs) => {
      const said = TEXTS.map((texts) => refusal(texts, `${command} ${words.join(' ')}`, pollMs));
      expect(said.filter((text) => text !== null && !/[.。]$/u.test(text))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('rules that are printed and typed again are what they were', () => {
  const ms = (most: number) => fc.integer({ min: 1, max: most / SECOND }).map((seconds) => seconds * SECOND);
  const holdRule = fc.record({
    levelMs: ms(30 * DAY),
    holdMs: fc.integer({ min: 2, max: 360 }).map((m) => m * MINUTE),
  });
  const at = fc.integer({ min: 1, max: MAX_AHEAD_MS / MINUTE - 1 }).map((minutes) => NOW + minutes * MINUTE);
  const own: fc.Arbitrary<RuleChoice> = fc
    .record({
      lag: fc.option(fc.oneof(holdRule, fc.constant('off' as const)), { nil: undefined }),
      ready: fc.option(fc.oneof(holdRule, fc.constant('off' as const)), { nil: undefined }),
      stall: fc.constantFrom('on', 'off', undefined),
      events: fc.constantFrom('all', 'lasting', undefined),
      least: fc.constantFrom(...EVENT_CLASSES, undefined),
      by: fc.option(
        at.map((moment) => ({ typed: new Date(moment).toISOString().slice(0, 16), at: moment })),
        { nil: undefined },
      ),
    })
    .map((chosen) => changeRules(NOTHING_CHOSEN, chosen));
  fc.assert(
    fc.property(own, (chosen) => {
      const read = readRules(typedRules(chosen).join(' '));
      const settled = settleRules(read ?? {}, { pollMs: MINUTE, now: NOW, zone: 'UTC' });
      expect(settled.kind === 'settled' ? changeRules(NOTHING_CHOSEN, settled.changes) : settled).toEqual(chosen);
    }),
  );
});
