import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { SimulatedComparison } from '../../demo/drs-simulator/insights.ts';
import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { createDrsClient } from '../../src/drs/drs-client.ts';
import { createIamToken } from '../../src/drs/iam-token.ts';
import { createNetwork } from '../../src/network/network.ts';
import { fastClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';

let drs: DrsSimulator;
let job: SimulatedJob;
const { dispatcher } = createNetwork();
beforeEach(async () => {
  drs = await startDrsSimulator();
  job = drs.addJob('INCRE_TRANSFER_STARTED');
});
afterEach(async () => {
  await drs.stop();
});

function client() {
  const clock = fastClock(Date.now());
  const { domain, user, password } = drs.credentials;
  const shared = { dispatcher, clock, random: () => 0, log: SILENT, projectId: drs.projectId };
  const auth = createIamToken({
    ...shared,
    iamEndpoint: drs.endpoint,
    scope: { id: drs.projectId },
    domain,
    user,
    password: { reveal: () => password, reread: () => false },
  });
  const settings = { endpoint: drs.endpoint, language: 'en-us', batchSize: 10, maxRps: 100 };
  return { clock, ...createDrsClient({ ...shared, ...settings, auth }) };
}

const compared = (type: SimulatedComparison['type'], changes: Partial<SimulatedComparison> = {}) => ({
  id: `id-${job.comparisons.length}`,
  type,
  status: 'SUCCESSFUL',
  isScheduled: false,
  startedAt: 1_000_000_000_000,
  endedAt: 1_000_000_060_000,
  tables: [{ database: 'shop', table: 'orders', result: 'CONSISTENT' }],
  ...changes,
});
const differs = [{ database: 'shop', table: 'orders', result: 'INCONSISTENT' }];

describe('what DRS compared', () => {
  test('is nothing for a job that was never compared, whether DRS lists nothing or refuses to list', async () => {
    expect(await client().fetchComparisons(job.id)).toEqual({ kind: 'read', value: [] });
    drs.faults.next('comparisons', {
      kind: 'status',
      status: 400,
      body: '{"error_code":"DRS.M00304","error_msg":"The API cannot be called in the current status."}',
    });
    expect(await client().fetchComparisons(job.id)).toEqual({ kind: 'read', value: [] });
  });

  test.each([true, false])(
    'is the newest of each kind with its verdict, newest first or not: %s',
    async (newestFirst) => {
      drs.setHabits({ newestFirst });
      job.comparisons.push(
        compared('lines', { tables: differs }),
        compared('object_comparison', {
          isScheduled: true,
          tables: [{ database: '', table: 'VIEW', result: 'INCONSISTENT' }],
        }),
        compared('lines', { endedAt: 1_000_000_090_000 }),
        compared('contents', { tables: differs }),
        compared('lines', { status: 'RUNNING', endedAt: null, startedAt: 1_000_000_099_000 }),
      );
      const answer = await client().fetchComparisons(job.id);
      const found = answer.kind === 'read' ? answer.value : [];
      expect(found.toSorted((one, other) => one.kind.localeCompare(other.kind))).toMatchObject([
        { kind: 'contents', verdict: 'differs', differing: ['shop.orders'] },
        { kind: 'objects', verdict: 'differs', differing: ['VIEW'], isScheduled: true },
        { kind: 'rows', verdict: 'same', at: 1_000_000_090_000, differing: [] },
      ]);
      expect(drs.count('comparisons')).toBe(2);
    },
  );

  test('is found among hundreds, whichever end DRS lists first', async () => {
    for (let number = 0; number < 250; number++)
      job.comparisons.push(compared('lines', { tables: differs, endedAt: 1_000_000_000_000 + number }));
    job.comparisons.push(compared('lines'));
    for (const newestFirst of [true, false]) {
      drs.setHabits({ newestFirst });
      expect(await client().fetchComparisons(job.id)).toMatchObject({ value: [{ verdict: 'same' }] });
    }
  });

  test.each([
    [true, 'differs'],
    [false, 'unread'],
  ])(
    'of scheduled rows is read where DRS tells (%s), else said to be unread: %s',
    async (answersScheduledRows, verdict) => {
      drs.setHabits({ answersScheduledRows });
      job.comparisons.push(compared('lines', { isScheduled: true, tables: differs }), compared('contents'));
      expect(await client().fetchComparisons(job.id)).toMatchObject({
        value: [
          { kind: 'contents', verdict: 'same' },
          { kind: 'rows', verdict },
        ],
      });
    },
  );

  test('is read from whichever list the region has, and known to be nowhere when it has none', async () => {
    job.comparisons.push(compared('lines', { isScheduled: true }));
    drs.setHabits({ insights: ['comparisons'] });
    expect(await client().fetchComparisons(job.id)).toEqual({ kind: 'read', value: [] });
    drs.setHabits({ insights: ['health'] });
    expect(await client().fetchComparisons(job.id)).toMatchObject({ kind: 'read', value: [{ verdict: 'unread' }] });
    drs.setHabits({ insights: [] });
    expect(await client().fetchComparisons(job.id)).toMatchObject({ kind: 'not_here' });
  });

  test('is not asked for again for a while where it is not to be had, nor is it for another job', async () => {
    drs.setHabits({ insights: [] });
    const asking = client();
    const other = drs.addJob();
    expect(await asking.fetchComparisons(job.id)).toMatchObject({ kind: 'not_here' });
    expect(await asking.fetchComparisons(other.id)).toMatchObject({ kind: 'not_here' });
    expect(drs.count('comparisons')).toBe(1);
    drs.setHabits({ insights: ['comparisons', 'health'] });
    asking.clock.advance(11 * MINUTE);
    expect(await asking.fetchComparisons(job.id)).toMatchObject({ kind: 'read' });
  });

  test('is asked for once in two minutes, however many ask', async () => {
    const asking = client();
    await Promise.all([asking.fetchComparisons(job.id), asking.fetchComparisons(job.id)]);
    await asking.fetchComparisons(job.id);
    expect(drs.count('comparisons')).toBe(1);
    asking.clock.advance(3 * MINUTE);
    await asking.fetchComparisons(job.id);
    expect(drs.count('comparisons')).toBe(2);
  });

  test('that could not be asked for is neither absent nor nothing', async () => {
    const down = { kind: 'status', status: 503, body: '' } as const;
    drs.faults.always('comparisons', down);
    drs.faults.always('health', down);
    const asking = client();
    expect(await asking.fetchComparisons(job.id)).toMatchObject({
      kind: 'failed',
      failure: { reason: 'server_error' },
    });
    drs.faults.clear();
    expect(await asking.fetchComparisons(job.id)).toMatchObject({ kind: 'read' });
  });
});

describe('the timeline', () => {
  test('says who did what', async () => {
    job.operations.push({ name: 'PAUSE', status: 'success', at: 1_000_000_000_000, userName: 'ada' });
    expect(await client().fetchTimeline(job.id)).toEqual({
      kind: 'read',
      value: [{ name: 'PAUSE', hasSucceeded: true, at: 1_000_000_000_000, userName: 'ada' }],
    });
  });

  test('of one job that DRS does not find is no word about all jobs', async () => {
    const asking = client();
    drs.faults.next('timeline', {
      kind: 'status',
      status: 404,
      body: '{"error_code":"DRS.M05004","error_msg":"gone"}',
    });
    expect(await asking.fetchTimeline(job.id)).toMatchObject({ kind: 'failed' });
    expect(await asking.fetchTimeline(job.id)).toMatchObject({ kind: 'read' });
    drs.faults.next('timeline', { kind: 'status', status: 403, body: '{"error_code":"DRS.M00102","error_msg":"no"}' });
    expect(await asking.fetchTimeline(job.id)).toMatchObject({ kind: 'not_here' });
    expect(await asking.fetchTimeline(job.id)).toMatchObject({ kind: 'not_here' });
    expect(drs.count('timeline')).toBe(3);
  });
});

describe('the log', () => {
  const line = (level: 'Info' | 'Error', at: number) => ({ level, message: `${level} at ${at} on 10.0.0.4`, at });

  test.each([true, false])(
    'is its errors, oldest first, masked, whichever end DRS lists first: %s',
    async (newestFirst) => {
      drs.setHabits({ newestFirst });
      job.log.push(line('Error', 1_000_000_000_000), line('Info', 1_000_000_001_000), line('Error', 1_000_000_002_000));
      const read = await client().fetchLog(job.id, 'en');
      expect(read).toMatchObject({ value: [{ at: 1_000_000_000_000 }, { at: 1_000_000_002_000 }] });
      expect(JSON.stringify(read)).not.toContain('10.0.0.4');
    },
  );

  test('without errors is whatever there is', async () => {
    job.log.push(line('Info', 1_000_000_001_000));
    expect(await client().fetchLog(job.id, 'zh')).toMatchObject({ value: [{ level: 'Info' }] });
    expect(drs.requests.findLast((seen) => seen.target === 'job_detail')?.headers['x-language']).toBe('zh-cn');
  });
});

test.each([
  ['/v5/{p}/jobs/{j}/timelines?limit=0', 'DRS.10000001'],
  ['/v5/{p}/jobs/{j}/timelines?page=1', 'DRS.10000001'],
  ['/v5/{p}/jobs/7d0504f1-aba3-435f-914f-936b861jb502/timelines', 'DRS.10000010'],
  ['/v5/{p}/jobs/{j}/health-compare-jobs?limit=1001', 'DRS.10000001'],
  ['/v5/{p}/jobs/{j}?type=overview', 'DRS.10000001'],
  ['/v5/{p}/jobs/{j}?type=log&log_level=loud', 'DRS.10000001'],
  ['/v5/{p}/jobs/{j}/logs', 'APIGW.0101'],
])('the simulator refuses %s with %s', async (path, code) => {
  const asking = client();
  await asking.fetchTimeline(job.id);
  const token = drs.requests.find((seen) => seen.target === 'timeline')?.headers['x-auth-token'] ?? '';
  const url = `${drs.endpoint}${path.replace('{p}', drs.projectId).replace('{j}', job.id)}`;
  const response = await fetch(url, { headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' } });
  expect(await response.text()).toContain(code);
});
