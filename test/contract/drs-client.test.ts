import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createDrsClient } from '../../src/drs/drs-client.ts';
import { createNetwork } from '../../src/network/network.ts';
import { createIamToken } from '../../src/drs/iam-token.ts';
import { throttle } from '../../demo/drs-simulator/faults.ts';
import type { Fault } from '../../demo/drs-simulator/faults.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
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

function client(options: { password?: string; requestTimeoutMs?: number; maxRps?: number; language?: string } = {}) {
  const clock = fastClock(Date.now());
  const shared = { dispatcher, clock, random: () => 0, log: SILENT, projectId: drs.projectId };
  const { domain, user, password } = drs.credentials;
  const auth = createIamToken({
    ...shared,
    iamEndpoint: drs.endpoint,
    scope: { id: drs.projectId },
    domain,
    user,
    password: { reveal: () => options.password ?? password, reread: () => false },
  });
  const settings = {
    endpoint: drs.endpoint,
    language: options.language ?? 'en-us',
    batchSize: 10,
    maxRps: options.maxRps ?? 100,
  };
  const timeouts = { requestTimeoutMs: options.requestTimeoutMs ?? 5_000 };
  return { clock, ...createDrsClient({ ...shared, ...settings, ...timeouts, auth }) };
}

const ids = (count: number) => Array.from({ length: count }, (_, number) => simulatedJobId(number));
const addJobs = (count: number) => ids(count).map((id) => drs.addJob('INCRE_TRANSFER_STARTED', {}, { id }));
const kinds = (answers: ReadonlyMap<string, { readonly kind: string }>) =>
  [...answers.values()].map((answer) => answer.kind);

describe('asking for progress', () => {
  test('sends the three headers and the body of the page', async () => {
    const [job] = addJobs(1);
    await client().fetchProgress([ids(1)[0] ?? simulatedJobId(0)]);
    const request = drs.requests.at(-1);
    expect(request).toMatchObject({
      method: 'POST',
      path: `/v3/${drs.projectId}/jobs/batch-progress`,
      body: { jobs: [job?.id] },
    });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-language': 'en-us',
      'x-auth-token': expect.any(String),
    });
  });

  test('asks for each id once, in as few requests as the batch size allows', async () => {
    addJobs(45);
    const answers = await client().fetchProgress([...ids(45), ...ids(45)]);
    expect(answers.size).toBe(45);
    expect(new Set(kinds(answers))).toEqual(new Set(['report']));
    expect(drs.progressRequests().map((batch) => batch.length)).toEqual([10, 10, 10, 10, 5]);
    expect(new Set(drs.progressRequests().flat()).size).toBe(45);
  });

  test('asks two at a time', async () => {
    addJobs(45);
    drs.faults.next('progress', { kind: 'hang' }, 2);
    const answers = await client({ requestTimeoutMs: 50 }).fetchProgress(ids(45));
    expect(new Set(kinds(answers))).toEqual(new Set(['report']));
    expect(drs.mostAtOnce).toBe(2);
  });

  test('keeps to the allowed rate over everything it is asked', async () => {
    addJobs(60);
    const asking = client({ maxRps: 5 });
    const startedAt = asking.clock.now();
    await Promise.all([asking.fetchProgress(ids(30)), asking.fetchProgress(ids(60).slice(30))]);
    expect(drs.progressRequests()).toHaveLength(6);
    expect(asking.clock.now() - startedAt).toBeGreaterThanOrEqual(1_000);
  });

  test.each([{ successStatus: 202 as const }, { withCount: false }, { shuffled: true }])(
    'understands success however it comes: %j',
    async (habits) => {
      drs.setHabits(habits);
      drs.addJob('PAUSING', {}, { id: simulatedJobId(0) });
      drs.addJob('CREATING', {}, { id: simulatedJobId(1) });
      const answers = await client().fetchProgress(ids(2));
      expect([...answers.values()]).toMatchObject([
        { report: { status: 'PAUSING' } },
        { report: { status: 'CREATING' } },
      ]);
    },
  );

  test('asks nothing when nothing is asked', async () => {
    expect(await client().fetchProgress([])).toEqual(new Map());
    expect(drs.requests).toEqual([]);
  });
});

describe('a bad id among ten', () => {
  const nineReportsAnd = (kind: string) => [...Array.from({ length: 9 }, () => 'report'), kind];

  test.each([
    ['an error beside the others', {}, 'item_error'],
    ['left out', { unknownId: 'omitted' as const }, 'omitted'],
  ])('%s costs the others nothing', async (_how, habits, kind) => {
    drs.setHabits(habits);
    addJobs(9);
    expect(kinds(await client().fetchProgress(ids(10)))).toEqual(nineReportsAnd(kind));
    expect(drs.progressRequests()).toHaveLength(1);
  });

  test('that makes DRS refuse the whole request is found by halves', async () => {
    addJobs(10)[9]?.poison();
    const answers = await client().fetchProgress(ids(10));
    expect(kinds(answers)).toEqual(nineReportsAnd('rejected'));
    expect(answers.get(simulatedJobId(9))).toMatchObject({ code: 'DRS.M00289' });
    expect(drs.progressRequests().length).toBeLessThanOrEqual(9);
  });

  test('two of them are both found, though no half of the batch is answered', async () => {
    const jobs = addJobs(10);
    jobs[0]?.poison();
    jobs[1]?.poison();
    const asking = client();
    let answers = kinds(await asking.fetchProgress(ids(10)));
    // As long as nothing shows that DRS is well, each call asks for one part only.
    expect(answers.filter((kind) => kind === 'unanswered')).toHaveLength(10);
    for (let call = 2; call <= 4 && !answers.includes('report'); call++)
      answers = kinds(await asking.fetchProgress(ids(10)));
    expect(answers.filter((kind) => kind === 'rejected')).toHaveLength(2);
    expect(answers.filter((kind) => kind === 'report')).toHaveLength(8);
  });

  test('all of them bad is answered with 400 and results, which are read', async () => {
    const answers = await client().fetchProgress(ids(3));
    expect(drs.requests.at(-1)?.status).toBe(400);
    expect([...answers.values()]).toMatchObject([
      { code: 'DRS.M00289' },
      { code: 'DRS.M00289' },
      { code: 'DRS.M00289' },
    ]);
  });

  test('a request that DRS refuses for itself blames no job', async () => {
    addJobs(3);
    const answers = await client({ language: 'tlh' }).fetchProgress(ids(3));
    expect([...answers.values()]).toMatchObject(
      [1, 2, 3].map(() => ({ kind: 'unanswered', failure: { reason: 'bad_request' } })),
    );
  });
});

describe('a failing DRS', () => {
  const status = (code: number, body = '<html>gateway</html>'): Fault => ({ kind: 'status', status: code, body });

  test.each<[string, Fault]>([
    ['503', status(503)],
    ['502 in HTML', status(502)],
    ['429 without Retry-After', throttle()],
    ['a reset connection', { kind: 'reset' }],
    ['half an answer', { kind: 'cut' }],
    ['no JSON', { kind: 'body', body: 'oops' }],
    ['an empty body', { kind: 'body', body: '' }],
  ])('is asked again after %s', async (_what, fault) => {
    addJobs(1);
    drs.faults.next('progress', fault);
    expect(kinds(await client().fetchProgress(ids(1)))).toEqual(['report']);
    expect(drs.progressRequests()).toHaveLength(2);
  });

  test('is given up after three attempts, with a sentence', async () => {
    addJobs(1);
    drs.faults.next('progress', status(503), 5);
    const answers = await client().fetchProgress(ids(1));
    expect([...answers.values()]).toMatchObject([
      {
        kind: 'unanswered',
        failure: { reason: 'server_error', why: { key: 'server_fault', values: { label: 'HTTP 503' } } },
      },
    ]);
    expect(drs.progressRequests()).toHaveLength(3);
  });

  test('that asks for patience is not asked before, to the second', async () => {
    addJobs(1);
    drs.faults.next('progress', throttle(17));
    const asking = client();
    expect(kinds(await asking.fetchProgress(ids(1)))).toEqual(['report']);
    expect(asking.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(17_000);
  });

  test.each([
    ['1 minute', MINUTE],
    ['30 second', 30 * SECOND],
  ])('that names a window of %s, and nothing else, is left alone for as long', async (window, ms) => {
    addJobs(1);
    const body = JSON.stringify({ error_msg: `policy user over ratelimit,limit:5,time:${window}` });
    drs.faults.next('progress', { kind: 'status', status: 429, body });
    const asking = client();
    const refused = [{ failure: { reason: 'throttled' } }];
    expect([...(await asking.fetchProgress(ids(1))).values()]).toMatchObject(refused);
    const waited = asking.clock.slept.reduce((sum, slept) => sum + slept, 0);
    asking.clock.advance(ms - 21 * SECOND - waited);
    expect([...(await asking.fetchProgress(ids(1))).values()]).toMatchObject(refused);
    expect(asking.allowance()).toMatchObject({ waitMs: 21 * SECOND });
    expect(drs.progressRequests()).toHaveLength(1);
    asking.clock.advance(21 * SECOND);
    expect(kinds(await asking.fetchProgress(ids(1)))).toEqual(['report']);
  });

  test('that asks for long patience is left alone by everybody until then', async () => {
    addJobs(1);
    drs.faults.next('progress', throttle(300));
    const asking = client();
    expect([...(await asking.fetchProgress(ids(1))).values()]).toMatchObject([{ failure: { reason: 'throttled' } }]);
    expect([...(await asking.fetchProgress(ids(1))).values()]).toMatchObject([{ failure: { reason: 'throttled' } }]);
    expect(drs.progressRequests()).toHaveLength(1);
    asking.clock.advance(5 * MINUTE);
    expect(kinds(await asking.fetchProgress(ids(1)))).toEqual(['report']);
  });

  test('that never answers is left after the deadline', async () => {
    addJobs(1);
    drs.faults.next('progress', { kind: 'hang' }, 3);
    const answers = await client({ requestTimeoutMs: 30 }).fetchProgress(ids(1));
    expect([...answers.values()]).toMatchObject([{ kind: 'unanswered', failure: { reason: 'timeout' } }]);
  });

  test('is no longer waited for when the caller stops', async () => {
    addJobs(1);
    drs.faults.next('progress', { kind: 'hang' });
    const stop = new AbortController();
    const asking = client().fetchProgress(ids(1), { signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(kinds(await asking)).toEqual(['unanswered']);
  });

  test('that cannot be reached at all is said so', async () => {
    const asking = client();
    await drs.stop();
    const [answer] = (await asking.fetchProgress(ids(1))).values();
    expect(answer).toMatchObject({
      kind: 'unanswered',
      failure: { reason: 'network', why: { key: 'unreachable' } },
    });
    drs = await startDrsSimulator();
  });

  test('with empty results says nothing about any job', async () => {
    addJobs(2);
    drs.faults.next('progress', { kind: 'body', body: '{"count":0,"results":[]}' });
    expect(kinds(await client().fetchProgress(ids(2)))).toEqual(['omitted', 'omitted']);
  });
});

describe('signing in', () => {
  test('happens once for everything that waits for it, and is kept', async () => {
    addJobs(40);
    const asking = client();
    await Promise.all([asking.fetchProgress(ids(40)), asking.fetchProgress(ids(40)), asking.fetchProgress(ids(40))]);
    await asking.fetchProgress(ids(40));
    expect(drs.loginCount()).toBe(1);
  });

  test('happens again well before the token expires', async () => {
    addJobs(1);
    const asking = client();
    await asking.fetchProgress(ids(1));
    asking.clock.advance(22 * HOUR);
    await asking.fetchProgress(ids(1));
    expect(drs.loginCount()).toBe(1);
    asking.clock.advance(HOUR + MINUTE);
    await asking.fetchProgress(ids(1));
    expect(drs.loginCount()).toBe(2);
  });

  test('happens once more when the token is refused, and no job notices', async () => {
    addJobs(1);
    const asking = client();
    await asking.fetchProgress(ids(1));
    drs.iam.revokeTokens();
    expect(kinds(await asking.fetchProgress(ids(1)))).toEqual(['report']);
    drs.faults.next('progress', {
      kind: 'status',
      status: 403,
      body: '{"error_code":"DRS.M00100","error_msg":"Invalid token."}',
    });
    expect(kinds(await asking.fetchProgress(ids(1)))).toEqual(['report']);
    expect(drs.loginCount()).toBe(3);
  });

  test('is not tried for ever when every token is refused', async () => {
    addJobs(1);
    drs.faults.next('progress', { kind: 'status', status: 401, body: '{}' }, 9);
    expect([...(await client().fetchProgress(ids(1))).values()]).toMatchObject([
      { failure: { reason: 'credentials_rejected' } },
    ]);
    expect(drs.loginCount()).toBe(2);
  });

  test('stops after a wrong password and says what to do, then probes once every pause', async () => {
    addJobs(1);
    const asking = client({ password: 'wrong' });
    for (let tick = 0; tick < 5; tick++) {
      const [answer] = (await asking.fetchProgress(ids(1))).values();
      expect(answer).toMatchObject({
        failure: {
          reason: 'credentials_rejected',
          why: { key: 'password_refused' },
        },
      });
    }
    expect(drs.loginCount()).toBe(1);
    asking.clock.advance(10 * MINUTE + 1);
    await asking.fetchProgress(ids(1));
    expect(drs.loginCount()).toBe(2);
  });

  test('stops when the account is locked, and goes on by itself once it is not', async () => {
    addJobs(1);
    drs.faults.next('login', {
      kind: 'status',
      status: 401,
      body: '{"error_code":"IAM.0061","error_msg":"The account is locked."}',
    });
    const asking = client();
    const [answer] = (await asking.fetchProgress(ids(1))).values();
    expect(answer).toMatchObject({
      failure: { reason: 'account_locked', why: { key: 'user_locked' } },
    });
    asking.clock.advance(10 * MINUTE + 1);
    expect(kinds(await asking.fetchProgress(ids(1)))).toEqual(['report']);
  });

  test('survives a fault of IAM and tokens of 15,000 characters', async () => {
    await drs.stop();
    drs = await startDrsSimulator({ tokenLength: 15_000 });
    addJobs(1);
    drs.faults.next('login', { kind: 'status', status: 503 });
    expect(kinds(await client().fetchProgress(ids(1)))).toEqual(['report']);
  });
});

describe('an answer that is not as it should be', () => {
  const [jobId = simulatedJobId(0)] = ids(1);
  const report = async () => (await client().fetchProgress([jobId])).get(jobId);

  test('is read behind a byte order mark', async () => {
    addJobs(1);
    drs.faults.next('progress', { kind: 'marked' });
    expect(await report()).toMatchObject({ kind: 'report' });
  });

  test.each([
    ['of 50 MB', { kind: 'padded', characters: 50_000_000 }, 'too_large'],
    ['nested 20,000 levels deep', { kind: 'nested', depth: 20_000 }, 'too_deep'],
    ['nested 65 levels deep', { kind: 'nested', depth: 65 }, 'too_deep'],
    ['that is empty', { kind: 'body', body: '' }, 'not_a_list'],
    ['that is an HTML page', { kind: 'body', body: '<html>Sign in</html>' }, 'not_a_list'],
    ['that is null', { kind: 'body', body: 'null' }, 'not_a_list'],
    ['that ends in the middle', { kind: 'cut' }, 'unreachable'],
  ] as const)('%s has a sentence, and the next one is read', async (_what, fault, key) => {
    addJobs(1);
    const asking = client();
    drs.faults.next('progress', fault, 3);
    expect((await asking.fetchProgress([jobId])).get(jobId)).toMatchObject({ failure: { why: { key } } });
    drs.faults.clear();
    expect((await asking.fetchProgress([jobId])).get(jobId)).toMatchObject({ kind: 'report' });
  });

  test('of a refusal counts as the refusal, however long it is', async () => {
    addJobs(1);
    drs.faults.next('progress', { kind: 'status', status: 502, body: '<'.repeat(3_000_000) }, 3);
    expect(await report()).toMatchObject({ failure: { reason: 'server_error' } });
  });

  test('because of one job hides no other', async () => {
    const jobs = addJobs(10);
    jobs[3]?.set({ padding: 'x'.repeat(1_100_000) });
    const asking = client();
    await asking.fetchProgress(ids(10));
    const answers = await asking.fetchProgress(ids(10));
    expect(kinds(answers).filter((kind) => kind === 'report')).toHaveLength(9);
  });

  test('is read without halves of characters and NUL, and with figures that can be', async () => {
    const [job] = addJobs(1);
    job?.set({ task_mode: 'A\0B\uD800', incre_trans_delay: '9'.repeat(310), incre_trans_delay_millis: 1e308 });
    expect(await report()).toMatchObject({ report: { taskMode: 'A\uFFFDB\uFFFD', lagMs: null } });
  });
});
