import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { newestOfEachKind } from '../../src/domain/job/comparison.ts';
import type { ListedComparison } from '../../src/domain/job/comparison.ts';
import { findDoer } from '../../src/domain/job/timeline.ts';
import type { Deed } from '../../src/domain/job/timeline.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import {
  parseComparisonPage,
  parseFindings,
  parseHealthComparisons,
  parseHealthObjects,
  parseLog,
  parseTerms,
  parseTimeline,
} from '../../src/drs/insight-answers.ts';

const listOf = (...items: readonly object[]) =>
  parseComparisonPage({ compare_task_list_results: { compare_task_list_count: 8, compare_task_list: items } });

describe('the list of comparisons', () => {
  test('of the vendor’s sample is understood', () => {
    const sample = listOf(
      {
        compare_task_id: '08cad1f8-9de2-42fa-b8ce-6c36daf730f6',
        compare_type: 'contents',
        compare_task_status: 'SUCCESSFUL',
        create_time: '1607766111833',
        end_time: '1607766310812',
      },
      {
        compare_task_id: 'dc1683d9-bdf2-4be9-967f-6ef0953369bc',
        compare_type: 'object_comparison',
        compare_task_status: 'SUCCESSFUL',
        create_time: '1607766110535',
        end_time: '1607766127373',
      },
    );
    expect(sample).toEqual({
      total: 8,
      listed: [
        {
          id: '08cad1f8-9de2-42fa-b8ce-6c36daf730f6',
          isScheduled: false,
          at: 1_607_766_310_812,
          state: 'ended',
          kind: 'contents',
        },
        {
          id: 'dc1683d9-bdf2-4be9-967f-6ef0953369bc',
          isScheduled: false,
          at: 1_607_766_127_373,
          state: 'ended',
          kind: 'objects',
        },
      ],
    });
  });

  test.each([
    ['object_compare', 'SUCCESSFUL', 'objects', 'ended'],
    ['line_compare', 'RUNNING', 'rows', 'running'],
    ['lines', 'TIMEOUT_INTERRUPT', 'rows', 'failed'],
    ['CONTENT_COMPARE', 'successful', 'contents', 'ended'],
    ['account', 'INCRE_DOING', 'accounts', 'running'],
    ['random', 'EXPLODED', 'other', 'unknown'],
  ])('knows %s %s as %s, %s', (type, status, kind, state) => {
    expect(listOf({ compare_task_id: 'a1', compare_type: type, compare_task_status: status })?.listed).toMatchObject([
      { kind, state, at: null },
    ]);
  });

  test('leaves out what has no id that can stand in a path, and says when it is none', () => {
    expect(listOf({ compare_task_id: '../x', compare_type: 'lines' }, { compare_type: 'lines' })?.listed).toEqual([]);
    expect(parseComparisonPage({ job_id: 'x' })).toEqual({ listed: [], total: 0 });
    expect(parseComparisonPage({ job_id: 'x', error_code: 'DRS.M00289' })).toBeNull();
    expect(parseComparisonPage({ compare_task_list_results: 'x' })).toBeNull();
    expect(parseHealthComparisons({ count: 0 })).toEqual([]);
    expect(parseHealthComparisons({ error_code: 'DRS.10000010' })).toBeNull();
  });

  test('of the schedule has its times in words', () => {
    const item = { id: 'h1', type: 'lines', status: 'SUCCESSFUL', start_time: '2024-04-03T08:00:01Z' };
    expect(parseHealthComparisons({ count: 2, compare_jobs: [item, { ...item, end_time: '' }] })).toMatchObject([
      { id: 'h1', isScheduled: true, kind: 'rows', at: Date.parse('2024-04-03T08:00:01Z') },
      { id: 'h1', at: Date.parse('2024-04-03T08:00:01Z') },
    ]);
  });

  const one = (id: string, at: number, state: ListedComparison['state'] = 'ended'): ListedComparison => ({
    id,
    at,
    state,
    kind: 'rows',
    isScheduled: false,
  });
  test.each([
    ['the newest', [one('old', 1), one('new', 2)], 'new'],
    ['one that ended before one that runs', [one('runs', 9, 'running'), one('ended', 2)], 'ended'],
    ['one that ended before one that failed later', [one('ended', 2), one('failed', 9, 'failed')], 'ended'],
    ['the newest of those that have not ended', [one('failed', 2, 'failed'), one('runs', 9, 'running')], 'runs'],
  ])('counts %s', (_what, listed, id) => {
    expect(newestOfEachKind(listed).map((chosen) => chosen.id)).toEqual([id]);
  });
});

const lines = (...results: readonly (readonly [table: string, result: unknown])[]) => ({
  line_compare_results: {
    line_compare_overview: [{ source_db_name: 'shop', line_compare_result: results[0]?.[1] }],
    line_compare_details: [
      {
        source_db_name: 'shop',
        line_compare_detail: results.map(([name, result]) => ({
          source_table_name: name,
          line_compare_result: result,
        })),
      },
    ],
  },
});

describe('what a comparison found', () => {
  test('names the tables that differ, of the vendor’s sample', () => {
    const found = parseFindings(lines(['table_name_0', 'INCONSISTENT'], ['table_name_1', 'CONSISTENT']));
    expect(found).toEqual({
      objects: null,
      rows: { verdict: 'differs', differing: ['shop.table_name_0'], differingCount: 1, uncomparedCount: 0 },
      contents: null,
    });
  });

  test.each([
    ['same', [['a', 'CONSISTENT']]],
    ['differs', [['a', 'TARGET_DB_NOT_EXIT']]],
    ['differs', [['a', 'TARGET_DB_NOT_EXIST']]],
    [
      'running',
      [
        ['a', 'CONSISTENT'],
        ['b', 'WAITING_FOR_COMPARISON'],
      ],
    ],
    ['failed', [['a', 'FAILED_TO_COMPARE']]],
    [
      'same',
      [
        ['a', 'CONSISTENT'],
        ['b', 'CAN_NOT_COMPARE'],
      ],
    ],
    [
      'unread',
      [
        ['a', 'CONSISTENT'],
        ['b', 'A_NEW_WORD'],
      ],
    ],
    ['unread', []],
    ['same', [['a', true]]],
    ['differs', [['a', false]]],
  ] as const)('is %s for %j', (verdict, results) => {
    expect(parseFindings(lines(...results))?.rows?.verdict).toBe(verdict);
  });

  test('names the databases where DRS names no tables, and counts what could not be compared', () => {
    const contents = {
      content_compare_overview: [{ source_db_name: 'shop', content_compare_result: 'INCONSISTENT' }],
      content_compare_details: [{ source_db_name: 'shop', content_uncompare_detail_count: 3 }],
    };
    expect(parseFindings({ content_compare_results: contents })?.contents).toEqual({
      verdict: 'differs',
      differing: ['shop'],
      differingCount: 1,
      uncomparedCount: 3,
    });
  });

  test('about objects is in words, or in the figures of the health comparison', () => {
    const words = { object_compare_overview: [{ object_type: 'INDEX', object_compare_result: 'INCONSISTENT' }] };
    expect(parseFindings({ object_level_compare_results: words })?.objects?.differing).toEqual(['INDEX']);
    const figures = [
      { type: 'TABLE', status: 2 },
      { type: 'VIEW', status: '0' },
    ];
    expect(parseHealthObjects({ compare_result: figures })).toMatchObject({ verdict: 'differs', differing: ['VIEW'] });
    expect(parseHealthObjects({ compare_result: [{ type: 'TABLE', status: 3 }] })?.verdict).toBe('running');
    expect(parseHealthObjects({ error_code: 'DRS.10000010' })).toBeNull();
  });

  test('never holds keys, rows or SQL', () => {
    const secret = 'select * from users where id = 5';
    const contents = {
      content_compare_overview: [{ source_db_name: 'shop', content_compare_result: 'INCONSISTENT' }],
      content_compare_diffs: [{ content_compare_diff: [{ target_select_sql: secret, target_key_value: ['5'] }] }],
    };
    expect(JSON.stringify(parseFindings({ content_compare_results: contents }))).not.toContain('users');
  });
});

describe('the timeline', () => {
  const entry = (changes: object) => ({
    name: 'PAUSE',
    status: 'success',
    operation_time: '2026-05-18T02:28:54Z',
    user_name: 'ada',
    ...changes,
  });
  const AT = Date.parse('2026-05-18T02:28:54Z');

  test('is read, and leaves out what has no name or no time', () => {
    const timelines = [entry({}), entry({ name: '' }), entry({ operation_time: '2026-05-18 02:28:54' }), null, 7];
    expect(parseTimeline({ count: 5, timelines })).toEqual([
      { name: 'PAUSE', hasSucceeded: true, at: AT, userName: 'ada' },
    ]);
    expect(parseTimeline({ timelines: [entry({ user_name: 'ada@acme.com' })] })?.[0]?.userName).toBe('•••');
    expect(parseTimeline({ count: 0 })).toEqual([]);
    expect(parseTimeline({})).toBeNull();
  });

  const doer = (deed: Deed, ...changes: readonly object[]) =>
    findDoer(parseTimeline({ timelines: changes.map(entry) }) ?? [], {
      deed,
      lastSeenAt: AT - MINUTE,
      seenAt: AT + MINUTE,
    })?.userName;

  test.each([
    ['paused', [{}], 'ada'],
    ['paused', [{ name: 'STOP' }], 'ada'],
    ['resumed', [{ name: 'RETRY' }], 'ada'],
    ['resumed', [{ name: 'START_INCR' }], 'ada'],
    ['ended', [{ name: 'FREE_RESOURCE' }], 'ada'],
    ['ended', [{ name: '结束任务' }], 'ada'],
    ['paused', [{ name: 'CONFIG_SPEED' }], undefined],
    ['paused', [{ status: 'failed' }], undefined],
    ['paused', [{ user_name: null }], undefined],
    ['paused', [{ operation_time: '2026-05-17T02:28:54Z' }], undefined],
    ['ended', [{ name: 'APPEND' }], undefined],
    ['paused', [{ user_name: 'ben', operation_time: '2026-05-18T02:25:00Z' }, {}], 'ada'],
  ] as const)('says who %s it: %j is by %s', (deed, entries, who) => {
    expect(doer(deed, ...entries)).toBe(who);
  });
});

describe('the terms of a job', () => {
  const terms = (info: object, rest: object = {}) => parseTerms({ job: { id: 'x', base_info: info, ...rest } });

  test.each([
    [{ expired_days: '30', charging_mode: 'on_demand' }, {}, { expiredDays: 30, prepaid: false }],
    [{ expired_days: 14, charging_mode: 'PERIOD' }, {}, { expiredDays: 14, prepaid: true }],
    [{ expired_days: '14' }, { period_order: { order_id: 'CS2610' } }, { expiredDays: 14, prepaid: true }],
    [{ expired_days: '0', charging_mode: 'new' }, {}, { expiredDays: null, prepaid: null }],
    [{ expired_days: '-1' }, {}, { expiredDays: null, prepaid: null }],
    [{ expired_days: '1.5' }, {}, { expiredDays: null, prepaid: null }],
    [{ expired_days: '99999' }, {}, { expiredDays: null, prepaid: null }],
  ])('are read from %j %j', (info, rest, expected) => {
    expect(terms(info, rest)).toEqual(expected);
  });

  test('are none in an answer without them', () => {
    expect(parseTerms({ job: { id: 'x' } })).toBeNull();
    expect(parseTerms({ error_code: 'DRS.10000010' })).toBeNull();
  });
});

describe('the log', () => {
  test('is masked, and its lines keep their time and level', () => {
    const message = 'Connect to 10.0.0.4:3306 as user root failed';
    const logs = [
      { level: 'Error', message, create_time: '2026-05-18T02:28:54Z' },
      { level: 'Info', message: ' ' },
    ];
    const read = parseLog({ job: { id: 'x', logs } });
    expect(read).toMatchObject([{ level: 'Error', at: Date.parse('2026-05-18T02:28:54Z') }]);
    expect(JSON.stringify(read)).not.toMatch(/10\.0\.0\.4|root/);
    expect(parseLog({ job: { id: 'x' } })).toEqual([]);
    expect(parseLog({ error_code: 'x' })).toBeNull();
  });
});

test('whatever DRS sends, it is read without a fault, and what is kept stays small', () => {
  const parsers = [
    parseComparisonPage,
    parseFindings,
    parseHealthComparisons,
    parseHealthObjects,
    parseTimeline,
    parseTerms,
    parseLog,
  ];
  const key = fc.constantFrom(
    'compare_task_list_results',
    'compare_task_list',
    'compare_jobs',
    'compare_result',
    'line_compare_results',
    'line_compare_overview',
    'line_compare_details',
    'line_compare_detail',
    'content_compare_results',
    'content_compare_details',
    'object_level_compare_results',
    'object_compare_overview',
    'timelines',
    'job',
    'logs',
    'message',
    'name',
    'source_table_name',
    'status',
    'type',
  );
  const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
    leaf: fc.oneof(fc.string({ maxLength: 3_000 }), fc.integer(), fc.boolean(), fc.constant(null), fc.double()),
    tree: fc.oneof(
      { maxDepth: 5 },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 6 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (body) => {
      for (const parse of parsers) expect(JSON.stringify(parse(body)).length).toBeLessThan(100_000);
    }),
    { numRuns: 300 },
  );
});
