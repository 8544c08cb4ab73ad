import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { createDrsClient } from '../../src/drs/drs-client.ts';
import { createNetwork } from '../../src/network/network.ts';
import { createIamToken } from '../../src/drs/iam-token.ts';
import { fastClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';

let drs: DrsSimulator;
const { dispatcher } = createNetwork();
beforeEach(async () => {
  drs = await startDrsSimulator();
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

async function names(of = client()): Promise<readonly string[]> {
  const { parts } = await of.listJobs();
  return parts.flatMap((part) => part.entries.map((entry) => `${part.jobType}:${entry.name}`));
}

describe('the list of jobs', () => {
  test('is asked for once per type and read to its end, however long the pages are', async () => {
    for (let number = 0; number < 2_050; number++) drs.addJob('PAUSING', {}, { name: `job-${number}` });
    drs.addJob('PAUSING', {}, { name: 'to-kafka', type: 'sync' });
    drs.addJob('PAUSING', {}, { name: 'standby', type: 'cloudDataGuard' });
    const listed = await names();
    expect(new Set(listed).size).toBe(2_052);
    expect(listed).toContain('cloudDataGuard:standby');
    expect(drs.count('list')).toBe(5);
    expect(drs.count('progress')).toBe(0);
    expect(drs.requests.find((seen) => seen.target === 'list')?.query.get('job_type')).toBe('migration');
  });

  test('that ends before as many jobs came as DRS says there are is not whole', async () => {
    drs.addJob();
    const isWhole = async () => (await client().listJobs()).parts.find((part) => part.jobType === 'migration')?.isWhole;
    expect(await isWhole()).toBe(true);
    drs.faults.next('list', { kind: 'body', body: '{"total_count":120,"jobs":[]}' });
    expect(await isWhole()).toBe(false);
  });

  test('has sub-jobs with their parent', async () => {
    const parent = drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'shop' });
    const part = drs.addJob('PAUSING', {}, { name: 'shop-1', parentId: parent.id });
    const { parts } = await client().listJobs();
    expect(parts.flatMap(({ entries }) => entries)).toMatchObject([
      { jobId: parent.id, parentId: null },
      { jobId: part.id, parentId: parent.id },
    ]);
  });

  test('comes from v3 where v5 is not offered', async () => {
    for (let number = 0; number < 150; number++) drs.addJob('PAUSING', {}, { name: `job-${number}` });
    drs.setHabits({ lists: ['v3'] });
    expect(await names()).toHaveLength(150);
    expect(drs.requests.filter((seen) => seen.target === 'list_v3').map((seen) => seen.body)).toContainEqual({
      cur_page: 2,
      per_page: 100,
      db_use_type: 'migration',
    });
  });

  test('is asked for without a page size where that one is refused', async () => {
    drs.addJob('PAUSING', {}, { name: 'orders' });
    const refused = { kind: 'status' as const, status: 400, body: '{"error_code":"DRS.M00202","error_msg":"limit"}' };
    drs.faults.next('list', refused);
    expect(await names()).toEqual(['migration:orders']);
  });

  test('is read in smaller pages where one is longer than 16 MB', async () => {
    for (let number = 0; number < 120; number++) drs.addJob('PAUSING', {}, { name: `job-${number}` });
    drs.faults.next('list', { kind: 'padded', characters: 200_000 });
    expect(await names()).toHaveLength(120);
    expect(drs.requests.map((seen) => seen.query.get('limit'))).toContain('100');
  });

  test('that nobody offers is said to be so, and not asked for again for ten minutes', async () => {
    drs.setHabits({ lists: [] });
    const of = client();
    expect(await of.listJobs()).toMatchObject({ parts: [], failure: { reason: 'not_found' } });
    const asked = drs.requests.length;
    await of.listJobs();
    expect(drs.requests.length).toBe(asked);
    of.clock.advance(11 * MINUTE);
    drs.setHabits({ lists: ['v5'] });
    expect((await of.listJobs()).failure).toBeNull();
  });

  test('keeps the types it could read when another fails', async () => {
    drs.addJob('PAUSING', {}, { name: 'orders' });
    const denied = { kind: 'status' as const, status: 403, body: '{"error_code":"DRS.M00102","error_msg":"no"}' };
    drs.faults.next('list', { kind: 'body', body: '{"total_count":0,"jobs":[]}' });
    drs.faults.next('list', denied);
    drs.faults.next('list_v3', denied);
    const { parts, failure } = await client().listJobs();
    expect(parts.map((part) => part.jobType)).toEqual(['migration', 'cloudDataGuard']);
    expect(failure).toMatchObject({ reason: 'access_denied' });
  });

  test('ends although the other side repeats itself for ever', async () => {
    const same = JSON.stringify({ total_count: 99, jobs: [{ id: simulatedJobId(1), name: 'a', status: 'PAUSING' }] });
    drs.faults.next('list', { kind: 'body', body: same }, 20);
    expect(await names()).toContain('migration:a');
    expect(drs.count('list')).toBeLessThan(10);
  });
});

describe('details', () => {
  test('are asked for in one request per batch, with the page size sent, and more than five come back', async () => {
    const jobs = Array.from({ length: 8 }, (_, number) => drs.addJob('PAUSING', {}, { name: `job-${number}` }));
    const { found, failure } = await client().fetchDetails(
      jobs.map((job) => job.id),
      'zh',
    );
    expect(failure).toBeNull();
    expect([...found.values()].map((detail) => detail.name)).toEqual(jobs.map((job) => job.name));
    const [request, ...others] = drs.requests.filter((seen) => seen.target === 'detail');
    expect(others).toEqual([]);
    expect(request).toMatchObject({ body: { page_req: { cur_page: 1, per_page: 8 } } });
    expect(request?.headers['x-language']).toBe('zh-cn');
  });

  test('give times, type and a cause without what is private', async () => {
    const job = drs.addJob('INCRE_TRANSFER_FAILED', {}, { type: 'sync' }).explains({
      actual_start_time: '1608519469412',
      full_transfer_complete_time: 1_608_600_000_000,
      error_code: 'DRS.M05023',
      failed_reason: "Duplicate entry '17' for key 'PRIMARY' in shop.orders at 10.0.0.5:3306",
    });
    const { found } = await client().fetchDetails([job.id, simulatedJobId(99)], 'en');
    expect([...found.values()]).toEqual([
      {
        jobId: job.id,
        status: 'INCRE_TRANSFER_FAILED',
        name: job.name,
        jobType: 'sync',
        parentId: null,
        startedAt: 1_608_519_469_412,
        fullCopyDoneAt: 1_608_600_000_000,
        prepaid: null,
        cause: { code: 'DRS.M05023', text: "Duplicate entry '•••' for key 'PRIMARY' in shop.orders at •••" },
      },
    ]);
  });

  test.each([
    ['2026-05-18T02:28:54Z', Date.parse('2026-05-18T02:28:54Z')],
    ['1608519469', 1_608_519_469_000],
    ['2020-12-21 10:57:49', null],
    ['', null],
    ['0', null],
    [null, null],
  ])('with %j as a time know %j', async (given, at) => {
    const job = drs.addJob('PAUSING').explains({ actual_start_time: given });
    const { found } = await client().fetchDetails([job.id], 'en');
    expect(found.get(job.id)?.startedAt).toBe(at);
  });

  test('that fail leave the progress requests alone', async () => {
    const job = drs.addJob('PAUSING');
    const throttled = { kind: 'status' as const, status: 429, body: '{"error_code":"APIGW.0308"}' };
    drs.faults.next('detail', throttled, 5);
    const of = client();
    expect((await of.fetchDetails([job.id], 'en')).failure).toMatchObject({ reason: 'throttled' });
    expect((await of.fetchProgress([job.id])).get(job.id)).toMatchObject({ kind: 'report' });
    expect(drs.count('progress')).toBe(1);
  });
});

test('RPO and RTO are milliseconds, and what is not measurable is not zero', async () => {
  const about = { type: 'cloudDataGuard' };
  const [measured, silent, refused] = [0, 1, 2].map(() => drs.addJob('INCRE_TRANSFER_STARTED', {}, about));
  if (measured === undefined || silent === undefined || refused === undefined) throw new Error('three jobs');
  const point = { check_point: 'mysql-bin.000514:197', gtid_set: 'NA', time: '2020-12-21 10:57:49' };
  measured.recovery = { rpo_info: { ...point, delay: '0' }, rto_info: { ...point, delay: '1500' } };
  silent.recovery = { rpo_info: { ...point, delay: 'NA' }, rto_info: { ...point, delay: '-1' } };
  const { found } = await client().fetchRecoveryFigures([measured.id, silent.id, refused.id]);
  expect([...found.values()]).toEqual([
    { jobId: measured.id, rpoMs: 0, rtoMs: 1_500 },
    { jobId: silent.id, rpoMs: null, rtoMs: null },
  ]);
});
