import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { progressAt, WHOLE_LIFE } from '../../demo/drs-simulator/lifecycle.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { spoil } from '../../demo/drs-simulator/carry-out-fault.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { HOUR } from '../../src/domain/base/time.ts';

let drs: DrsSimulator;
let now = Date.parse('2026-11-23T00:00:00Z');
beforeAll(async () => {
  drs = await startDrsSimulator({ clock: () => now });
});
afterAll(async () => drs.stop());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${drs.endpoint}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const login = (changes: { readonly password?: string; readonly project?: string } = {}) =>
  post('/v3/auth/tokens?nocatalog=true', {
    auth: {
      identity: {
        methods: ['password'],
        password: {
          user: { domain: { name: 'acme' }, name: 'drs-bot', password: changes.password ?? 'correct horse' },
        },
      },
      scope: { project: { id: changes.project ?? drs.projectId } },
    },
  });
const token = async () => (await login()).headers.get('x-subject-token') ?? '';
const ask = async (body: unknown, headers: Record<string, string> = {}, project = drs.projectId) =>
  post(`/v3/${project}/jobs/batch-progress`, body, {
    'X-Auth-Token': await token(),
    'X-Language': 'en-us',
    ...headers,
  });
const refusal = async (answer: Promise<Response>) => {
  const response = await answer;
  return `${response.status} ${await response.text()}`;
};

describe('the simulated IAM', () => {
  test('gives a token with microseconds for the right password, and the real words for a wrong one', async () => {
    const answer = await login();
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-subject-token')?.length).toBe(2_048);
    expect(await answer.json()).toMatchObject({
      token: { expires_at: '2026-11-24T00:00:00.000000Z', project: { id: drs.projectId } },
    });
    expect(await refusal(login({ password: 'x' }))).toBe(
      '401 {"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}',
    );
    expect(await refusal(login({ project: 'x' }))).toContain('400');
    expect(await refusal(post('/v3/auth/tokens', {}))).toContain('The request body is invalid');
  });
});

describe('the simulated batch-progress', () => {
  test.each<[string, () => Promise<Response>, string]>([
    ['no token', () => ask({ jobs: [simulatedJobId(0)] }, { 'X-Auth-Token': '' }), '401'],
    ['a strange token', () => ask({ jobs: [simulatedJobId(0)] }, { 'X-Auth-Token': 'abc' }), 'decrypt token fail'],
    ['another project', () => ask({ jobs: [simulatedJobId(0)] }, {}, 'other'), '403 {"error_code":"DRS.M00261"'],
    [
      'the wrong content type',
      () => ask({ jobs: [simulatedJobId(0)] }, { 'Content-Type': 'text/plain' }),
      'Content-Type must be application/json',
    ],
    ['an unknown language', () => ask({ jobs: [simulatedJobId(0)] }, { 'X-Language': 'tlh' }), 'DRS.M00202'],
    ['the key of the old table', () => ask({ req: [simulatedJobId(0)] }), 'DRS.M00201'],
    ['an empty list', () => ask({ jobs: [] }), 'DRS.M00201'],
    ['no list', () => ask({ jobs: 'x' }), 'DRS.M00201'],
    ['an empty object', () => ask({ jobs: [{}] }), 'DRS.M00202'],
    ['capitals', () => ask({ jobs: [simulatedJobId(0).toUpperCase()] }), 'DRS.M00202'],
    ['the same id twice', () => ask({ jobs: [simulatedJobId(0), simulatedJobId(0)] }), 'DRS.M00301'],
    ['another path', () => post('/v3/x/jobs/other', {}), '404 {"error_msg":"The API does not exist'],
  ])('refuses %s', async (_what, request, words) => {
    expect(await refusal(request())).toContain(words);
  });

  test('lets a token expire', async () => {
    const old = await token();
    now += 25 * HOUR;
    expect(await refusal(ask({ jobs: [simulatedJobId(0)] }, { 'X-Auth-Token': old }))).toContain(
      'token expires, expires_at: ',
    );
  });

  test('takes any spelling of a language, and none', async () => {
    drs.addJob('PAUSING', {}, { id: simulatedJobId(7) });
    expect((await ask({ jobs: [simulatedJobId(7)] }, { 'X-Language': 'ZH-cn' })).status).toBe(200);
  });
});

describe('a scripted life', () => {
  const order = WHOLE_LIFE.map((phase) => phase.status);
  const samples = Array.from({ length: 500 }, (_, index) => progressAt(WHOLE_LIFE, index * 30_000));

  test('goes through the statuses in order and never back', () => {
    const seen = samples.map((sample) => order.indexOf(sample.transfer_status));
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(new Set(seen).size).toBe(order.length);
  });

  test('copies ever more and falls ever less behind, all in strings', () => {
    const data = samples.flatMap((sample) =>
      sample.transfer_status === 'FULL_TRANSFER_STARTED'
        ? [Number.parseInt(sample.progress_map?.['data']?.completed ?? '', 10)]
        : [],
    );
    expect(data).toEqual(data.toSorted((one, other) => one - other));
    expect(data.at(-1)).toBeGreaterThan(90);
    const lag = samples.flatMap((sample) =>
      sample.transfer_status === 'INCRE_TRANSFER_STARTED' ? [Number(sample.incre_trans_delay_millis)] : [],
    );
    expect(lag).toEqual(lag.toSorted((one, other) => other - one));
    expect(lag.at(-1)).toBe(1_000);
    for (const sample of samples) expect(typeof sample.progress).toBe('string');
  });

  test('can be followed by a job on the clock of the simulator', async () => {
    const job = drs.addJob('CREATING', {}, { id: simulatedJobId(8) }).follows(WHOLE_LIFE);
    const status = async () => JSON.stringify(await (await ask({ jobs: [job.id] })).json());
    expect(await status()).toContain('CREATING');
    now += HOUR;
    expect(await status()).toContain('FULL_TRANSFER_STARTED');
  });
});

test('a fault may last for a time, and spoil the items of an answer', async () => {
  let now = 0;
  await using timed = await startDrsSimulator({ clock: () => now });
  timed.faults.always('progress', { kind: 'items', how: 'null' }, 20_000);
  now = 19_999;
  const body = '{"count":1,"results":[{"job_id":"1"}]}';
  const spoilt = (fault: Parameters<typeof spoil>[1]): unknown => JSON.parse(spoil({ status: 200, body }, fault).body);
  expect(timed.faults.take('progress')).toEqual({ kind: 'items', how: 'null' });
  expect(spoilt({ kind: 'items', how: 'null' })).toMatchObject({
    results: [null, { job_id: '1' }, 1, {}, 'x', [null]],
  });
  expect(spoilt({ kind: 'items', how: 'doubled' })).toMatchObject({ results: [{ job_id: '1' }, { job_id: '1' }] });
  expect(spoilt({ kind: 'figures', figure: '9' })).toMatchObject({ results: [{ incre_trans_delay: '9' }] });
  now = 20_000;
  expect(timed.faults.take('progress')).toBeUndefined();
});
