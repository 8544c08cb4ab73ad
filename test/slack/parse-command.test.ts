import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseJobId, parseJobIdPrefix } from '../../src/domain/job/job-id.ts';
import { withoutInvisible } from '../../src/domain/base/text.ts';
import { nameKey } from '../../src/domain/names/name-key.ts';
import { parseCommand } from '../../src/slack/parsing/parse-command.ts';
import type { Command } from '../../src/slack/parsing/parse-command.ts';

const command = (text: string): Command | string => {
  const parsed = parseCommand(text);
  return parsed.ok ? parsed.command : parsed.error.kind;
};
const status = (...jobs: readonly string[]) => ({ kind: 'status', jobs, isPublic: false });

describe('what people type', () => {
  test.each([
    ['orders', status('orders')],
    ['status orders', status('orders')],
    ['STATUS  orders,billing', status('orders', 'billing')],
    ['status orders orders', status('orders')],
    ['status orders;billing；shop', status('orders', 'billing', 'shop')],
    ['billing;', status('billing')],
    ['status orders public', { ...status('orders'), isPublic: true }],
    ['status --public orders', { ...status('orders'), isPublic: true }],
    ['orders —public', { ...status('orders'), isPublic: true }],
    ['status\u3000orders\u00a0billing\nshop', status('orders', 'billing', 'shop')],
    ['ｓｔａｔｕｓ　ｏｒｄｅｒｓ，ｂ', status('ｏｒｄｅｒｓ', 'ｂ')],
    ['ｏｒｄｅｒｓ　－－ｐｕｂｌｉｃ', { ...status('ｏｒｄｅｒｓ'), isPublic: true }],
    ['subscribe orders', { kind: 'subscribe', jobs: ['orders'], rules: {} }],
    ['unsubscribe orders', { kind: 'unsubscribe', jobs: ['orders'] }],
    ['unsubscribe all', { kind: 'unsubscribe_all' }],
    ['unsubscribe --ALL', { kind: 'unsubscribe_all' }],
    ['list', { kind: 'list' }],
    ['list all', { kind: 'list_all' }],
    ['jobs', { kind: 'jobs', text: null }],
    ['jobs orders eu', { kind: 'jobs', text: 'orders eu' }],
    ['jobs "订单"', { kind: 'jobs', text: '订单' }],
    ['settings', { kind: 'settings' }],
    ['settings lang:zh', { kind: 'choose_language', language: 'zh' }],
    ['settings lang：中文', { kind: 'choose_language', language: 'zh' }],
    ['settings LANG: English', { kind: 'choose_language', language: 'en' }],
    ['settings lang:zh_CN', { kind: 'choose_language', language: 'zh' }],
    ['audit', { kind: 'audit', job: null }],
    ['AUDIT orders', { kind: 'audit', job: 'orders' }],
    ['audit "Orders, EU"', { kind: 'audit', job: 'Orders, EU' }],
    ['"audit"', status('audit')],
    ['chart orders', { kind: 'chart', job: 'orders', measure: null, span: null }],
    ['chart orders lag 7d', { kind: 'chart', job: 'orders', measure: 'lag', span: '7d' }],
    ['Chart 1H orders PROGRESS', { kind: 'chart', job: 'orders', measure: 'progress', span: '1h' }],
    ['chart 24ｈ，进度', { kind: 'chart', job: '进度', measure: null, span: '24h' }],
    ['chart "lag" lag', { kind: 'chart', job: 'lag', measure: 'lag', span: null }],
    ['chart "7d"', { kind: 'chart', job: '7d', measure: null, span: null }],
    ['chart orders orders', { kind: 'chart', job: 'orders', measure: null, span: null }],
    ['chart', 'jobs_missing'],
    ['chart lag 7d', 'jobs_missing'],
    ['chart orders 2h', 'unknown_span'],
    ['chart orders 30min', 'unknown_span'],
    ['chart orders 1h 24h', 'either_or'],
    ['chart orders lag progress', 'either_or'],
    ['chart orders lags', 'one_job'],
    ['chart orders lag:2m', 'unknown_option'],
    ['chart orders in #ops', 'channel_named'],
    ['why orders', { kind: 'why', job: 'orders' }],
    ['why orders?', { kind: 'why', job: 'orders' }],
    ['why', 'jobs_missing'],
    ['why orders billing', 'one_job'],
    ['why orders --verbose', 'unknown_option'],
    ['health', { kind: 'health' }],
    ['Version', { kind: 'version' }],
    ['"health"', status('health')],
    ['help', { kind: 'help', topic: null }],
    ['help names', { kind: 'help', topic: 'names' }],
    ['', { kind: 'help', topic: null }],
    ['   ', { kind: 'help', topic: null }],
  ])('%j is understood', (text, expected) => {
    expect(command(text)).toEqual(expected);
  });

  const named = { kind: 'subscribe', jobs: ['orders'], rules: {} };
  test.each([
    // Formatting marks around words and lines.
    ['`/drs unsubscribe 00000001`', { kind: 'unsubscribe', jobs: ['00000001'] }],
    ['/drs subscribe orders', named],
    ['subscribe *orders*', named],
    ['subscribe _orders_', named],
    ['subscribe ~orders~', named],
    ['subscribe `orders`', named],
    ['subscribe *_`orders`_*', named],
    ['*status orders*', status('orders')],
    ['_status orders_', status('orders')],
    ['unsubscribe *all*', { kind: 'unsubscribe_all' }],
    // One mark at one edge of a word stands for any letters.
    ['status orders-*', status('orders-*')],
    ['*-eu', status('*-eu')],
    ['or*eu', status('or*eu')],
    ['`orders-*`', status('orders-*')],
    ['**orders-**', status('orders-')],
    ['status *orders billing*', status('orders', 'billing')],
    [
      'subscribe orders-* lag:5m/10m',
      { kind: 'subscribe', jobs: ['orders-*'], rules: { lag: { levelMs: 300_000, holdMs: 600_000 } } },
    ],
    ['subscribe orders_', { kind: 'subscribe', jobs: ['orders_'], rules: {} }],
    ['subscribe _orders', { kind: 'subscribe', jobs: ['_orders'], rules: {} }],
    ['status <http://orders.eu|orders.eu>', status('orders.eu')],
    // What ends a sentence, and who is spoken to.
    ['orders?', status('orders')],
    ['orders:', status('orders')],
    ['status: orders!', status('orders')],
    ['status orders public.', { ...status('orders'), isPublic: true }],
    ['help?', { kind: 'help', topic: null }],
    ['<@U0BOT>: subscribe orders', named],
    ['<@U0BOT> subscribe orders', named],
    // What nobody sees, and hyphens of all kinds.
    ['subscribe \u200borders', named],
    ['sub\u00adscribe ord\u2060ers\u200e', named],
    ['\ufeffstatus\u200b orders', status('orders')],
    ['orders ‑‑public', { ...status('orders'), isPublic: true }],
  ])('%j is understood as it was meant', (text, expected) => {
    expect(command(text)).toEqual(expected);
  });

  test.each([
    ['subscribe inv-a #random', { kind: 'channel_named', channel: '#random' }],
    ['subscribe orders to #ops', { kind: 'channel_named', channel: '#ops' }],
    ['subscribe orders <#C012AB3CD|ops>', { kind: 'channel_named', channel: '#ops' }],
    ['list #ops', { kind: 'channel_named', channel: '#ops' }],
    ['subscribe orders @ana', { kind: 'person_named', person: '@ana' }],
    ['subscribe orders <#C012AB3CD|>', { kind: 'channel_named', channel: '<#C012AB3CD>' }],
    ['subscribe orders <@U012AB3CD>', { kind: 'person_named', person: '@U012AB3CD' }],
    ['subscribe orders <@U012AB3CD|ana>', { kind: 'person_named', person: '@ana' }],
    ['subscribe orders <@U012AB3CD|Ana Lee>', { kind: 'person_named', person: '@Ana' }],
    ['status orders <!channel>', { kind: 'person_named', person: '@channel' }],
    ['subscribe orders <!subteam^S1|@dba>', { kind: 'person_named', person: '@dba' }],
    ['subscribe orders to ops', { kind: 'unknown_option', option: 'to', verb: 'subscribe' }],
  ])('%j is stopped as a whole', (text, error) => {
    expect(parseCommand(text)).toEqual({ ok: false, error });
  });

  test('an id is the same with any hyphens, and with what nobody sees', () => {
    const id = '6211d20d-0006-41da-836e-db3301ajb20b';
    const hyphens = ['\u2010', '\u2011', '\u2012', '–', '—', '\u2212', '－', '-\u200b'];
    expect(hyphens.map((hyphen) => parseJobId(id.replaceAll('-', hyphen)))).toEqual(hyphens.map(() => id));
    expect(parseJobIdPrefix('6211d20d‑00')).toBe('6211d20d-00');
    expect(nameKey('or\u200bders‑eu')).toBe(nameKey('Orders-EU'));
  });

  test.each(['"list"', "'list'", '“list”', '‘list’', '«list»', '「list」', '„list', "'list’"])(
    'quoting makes a job of a verb: %s',
    (text) => {
      expect(command(text.replace('„', '“').replace(/^“list$/, '“list“'))).toEqual(status('list'));
    },
  );

  test('quotes hold words together, also names with commas and capitals', () => {
    expect(command('status "Orders, EU" 「上海 增量」')).toEqual(status('Orders, EU', '上海 增量'));
    expect(command('unsubscribe "all"')).toEqual({ kind: 'unsubscribe', jobs: ['all'] });
  });

  test.each([
    ['status', 'jobs_missing'],
    ['subscribe', 'jobs_missing'],
    ['unsubscribe', 'jobs_missing'],
    ['status public', 'jobs_missing'],
    ['status orders lag:2m', 'unknown_option'],
    ['unsubscribe orders lag：2m', 'unknown_option'],
    ['subscribe orders --quiet', 'unknown_option'],
    ['unsubscribe all orders', 'all_with_jobs'],
    ['list everything', 'unexpected_words'],
    ['help names jobs', 'unexpected_words'],
    ['health now', 'unexpected_words'],
    ['version 2', 'unexpected_words'],
    ['helth', 'misspelt_verb'],
    ['settings lang:en zh', 'unexpected_words'],
    ['settings colour:red', 'unknown_setting'],
    ['settings lang:fr', 'unknown_language'],
    ['status "orders', 'unclosed_quote'],
    ['subscrbe orders', 'misspelt_verb'],
    ['lits', 'misspelt_verb'],
    ['audti', 'misspelt_verb'],
    ['aduit orders', 'misspelt_verb'],
    ['audit orders billing', 'unexpected_words'],
  ])('%j gets a correction: %s', (text, kind) => {
    expect(command(text)).toBe(kind);
  });

  test('an address is not taken for an option', () => {
    expect(command('https://console.example/drs?job=1')).toEqual(status('https://console.example/drs?job=1'));
  });

  test('more jobs than fit are refused as a whole', () => {
    const jobs = Array.from({ length: 11 }, (_, number) => `job-${number}`).join(' ');
    expect(command(`status ${jobs}`)).toBe('too_many_jobs');
    expect(command(`subscribe ${jobs}`)).toMatchObject({ kind: 'subscribe' });
  });

  test('whatever is typed is a command or a correction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(typeof parseCommand(text).ok).toBe('boolean');
      }),
    );
    expect(command('x'.repeat(40_000))).toBe('too_long');
  });

  test('quoted names come out as they went in', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 30 })
      .filter((text) => text === withoutInvisible(text).normalize('NFKC') && !/["“”]/.test(text) && text.trim() !== '');
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (names) => {
        expect(command(`status ${names.map((one) => `"${one}"`).join(' ')}`)).toEqual(status(...names));
      }),
    );
  });
});
