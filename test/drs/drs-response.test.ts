import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { describeFailure, isTokenRejected, parseErrorBody } from '../../src/drs/drs-errors.ts';
import { parseResults, rawFields, resultItems } from '../../src/drs/drs-response.ts';
import { plainTextsIn } from '../../src/words/plain-texts.ts';
import { BILLING, ORDERS } from '../support/reports.ts';

const read = (fields: Readonly<Record<string, unknown>>) =>
  parseResults([{ job_id: ORDERS, transfer_status: 'INCRE_TRANSFER_STARTED', ...fields }], [ORDERS]).get(ORDERS);
const report = (fields: Readonly<Record<string, unknown>>) => {
  const answer = read(fields);
  if (answer?.kind !== 'report') throw new Error(`no report: ${JSON.stringify(answer)}`);
  return answer.report;
};

describe('a result as it came', () => {
  test('keeps every field and its spelling, without what is private', () => {
    const item = {
      job_id: ORDERS,
      transfer_status: 'INCRE_TRANSFER_FAILED',
      progress: '63%',
      incre_trans_delay: -1,
      progress_map: { data: { completed: '63%', remaining_time: '' } },
      error_msg: 'cannot connect to 10.0.0.4',
      brand_new: [null, true],
    };
    expect(rawFields([{ job_id: BILLING }, item], ORDERS)).toEqual([
      `job_id: "${ORDERS}"`,
      'transfer_status: "INCRE_TRANSFER_FAILED"',
      'progress: "63%"',
      'incre_trans_delay: -1',
      'progress_map: {"data":{"completed":"63%","remaining_time":""}}',
      'error_msg: "cannot connect to •••"',
      'brand_new: [null,true]',
    ]);
  });

  test('is bounded, and none where nothing came', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`field_${at}`, 'x'.repeat(1_000)]));
    const fields = rawFields([{ ...many, job_id: ORDERS }], ORDERS) ?? [];
    expect(fields.join('').length).toBeLessThan(10_000);
    expect(rawFields([{ job_id: BILLING }], ORDERS)).toBeNull();
  });
});

describe('a result', () => {
  test('of the page, with every field a string, is understood', () => {
    const fields = {
      progress: '0',
      incre_trans_delay: '1',
      task_mode: 'FULL_INCR_TRANS',
      process_time: '0',
      remaining_time: '0',
    };
    expect(report(fields)).toEqual({
      jobId: ORDERS,
      status: 'INCRE_TRANSFER_STARTED',
      taskMode: 'FULL_INCR_TRANS',
      percent: 0,
      parts: [],
      lagMs: 1_000,
      clockSkewMs: null,
      processTime: '0',
      remainingTime: '0',
      subJob: null,
      failedSubJobs: null,
      errorCode: null,
      unknownFields: {},
    });
  });

  test('in the full phase keeps each part, as map or as list, and parts DRS invents', () => {
    const map = {
      struct: { completed: '94%', remaining_time: null },
      data: { completed: '100%', remaining_time: '5' },
      wormhole: { completed: 'NA' },
    };
    const parts = [
      { name: 'struct', percent: 94, remainingTime: null },
      { name: 'data', percent: 100, remainingTime: '5' },
      { name: 'wormhole', percent: null, remainingTime: null },
    ];
    expect(report({ progress_map: map }).parts).toEqual(parts);
    expect(report({ progress_map: [map] }).parts).toEqual(parts);
    expect(report({ progress_map: Object.entries(map).map(([name, info]) => ({ name, ...info })) }).parts).toEqual(
      parts,
    );
    expect(report({ progress_map: 'broken' }).parts).toEqual([]);
  });

  test.each([
    [{ incre_trans_delay: '3' }, 3_000],
    [{ incre_trans_delay: 3 }, 3_000],
    [{ incre_trans_delay: '-1' }, null],
    [{ incre_trans_delay: 'NA' }, null],
    [{ incre_trans_delay: '' }, null],
    [{ incre_trans_delay: null }, null],
    [{}, null],
    [{ incre_trans_delay_millis: '2100', incre_trans_delay: '2' }, 2_100],
    [{ incre_trans_delay_millis: '-1', incre_trans_delay: '2' }, 2_000],
    [{ incre_trans_delay_millis: '2100', incre_trans_delay: '60' }, 60_000],
    [{ incre_trans_delay_millis: '90000', incre_trans_delay: '2' }, 90_000],
    [{ incr_trans_delay_millis: '1500' }, 1_500],
    [{ incre_trans_delay: '-3' }, 0],
    [{ incre_trans_delay: '-2147483648' }, null],
    [{ incre_trans_delay: `-${'9'.repeat(310)}` }, null],
    [{ incre_trans_delay_millis: '9223372036854775807', incre_trans_delay: '0' }, null],
    [{ incre_trans_delay_millis: '0', incre_trans_delay: '1764025200' }, null],
  ])('%j has a lag of %s ms', (fields, lagMs) => {
    expect(report(fields).lagMs).toBe(lagMs);
  });

  test.each([
    ['94%', 94],
    ['94', 94],
    [94, 94],
    ['12.5%', 12.5],
    ['140%', 100],
    ['', null],
    ['NA', null],
    ['-1', null],
    [null, null],
    [true, null],
  ])('%j is %s percent', (progress, percent) => {
    expect(report({ progress }).percent).toBe(percent);
  });

  test('keeps statuses and fields that nobody knows', () => {
    expect(report({ transfer_status: 'TELEPORTING', flux: { deep: [1] } })).toMatchObject({
      status: 'TELEPORTING',
      unknownFields: { flux: { deep: [1] } },
    });
  });

  test('with an error and no status is about the query, with both about the job', () => {
    expect(read({ transfer_status: '', error_code: 'DRS.M00289', error_msg: 'gone' })).toEqual({
      kind: 'item_error',
      code: 'DRS.M00289',
      message: 'gone',
    });
    expect(read({ error_code: 'DRS.M05023' })).toMatchObject({ kind: 'report', report: { errorCode: 'DRS.M05023' } });
    expect(read({ transfer_status: null })).toEqual({ kind: 'omitted' });
  });
});

describe('a list of results', () => {
  const item = (job_id: string, transfer_status: string) => ({ job_id, transfer_status });

  test('is read by job id, whatever its order, capitals, strangers and repetitions', () => {
    const items = [
      item(BILLING.toUpperCase(), 'PAUSING'),
      item('a3d5f4a8-dc97-4581-8071-e4977309jb21', 'PAUSING'),
      item(ORDERS, 'CREATING'),
      { job_id: ORDERS, error_code: 'X' },
      null,
      7,
      [],
    ];
    const answers = parseResults(items, [ORDERS, BILLING]);
    expect([...answers.keys()]).toEqual([ORDERS, BILLING]);
    expect(answers.get(ORDERS)).toMatchObject({ report: { status: 'CREATING' } });
    expect(answers.get(BILLING)).toMatchObject({ report: { status: 'PAUSING' } });
  });

  test('that leaves an id out says nothing about it', () => {
    expect(parseResults([], [ORDERS]).get(ORDERS)).toEqual({ kind: 'omitted' });
  });

  test('is anything with results, with or without count', () => {
    expect(resultItems({ results: [] })).toEqual([]);
    for (const body of [undefined, null, [], 'x', {}, { results: 'x' }]) expect(resultItems(body)).toBeNull();
  });

  test('never fails and never loses an id, whatever JSON comes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.record({
              job_id: fc.constantFrom(ORDERS, BILLING),
              transfer_status: fc.jsonValue(),
              progress_map: fc.jsonValue(),
            }),
          ),
        ),
        (items) => {
          expect([...parseResults(items, [ORDERS, BILLING]).keys()]).toEqual([ORDERS, BILLING]);
        },
      ),
    );
  });
});

describe('an error body', () => {
  test.each([
    ['{"error_code":"DRS.M00201","error_msg":"empty"}', 'DRS.M00201', 'empty'],
    ['{"err code":"DRS-M00201","error msg":"empty"}', 'DRS-M00201', 'empty'],
    ['{"error_msg":"slow","error_code":"APIGW.0308","request_id":"r"}', 'APIGW.0308', 'slow'],
    ['{"error":{"code":401,"message":"wrong","title":"Unauthorized"}}', '401', 'wrong'],
    ['{"errorCode":"X","errorMsg":"y"}', 'X', 'y'],
    ['{"code":"X","message":"y"}', 'X', 'y'],
    ['<html>502</html>', null, null],
    ['', null, null],
    ['[1]', null, null],
  ])('%s is read', (body, code, message) => {
    expect(parseErrorBody(body)).toEqual({ code, message });
  });

  const failed = (status: number, body: string) =>
    describeFailure({ status, headers: { 'x-request-id': 'r1' }, body }, Date.now());

  test.each([
    [
      403,
      '{"error_code":"DRS.M00261","error_msg":"Invalid project id."}',
      'project_unknown',
      'DRS does not know the project: check DRS_PROJECT_ID, and that it belongs to this region. (DRS.M00261: Invalid project id)',
    ],
    [
      404,
      '{"error_code":"APIG.0101","error_msg":"x"}',
      'not_found',
      'This address does not offer DRS: check DRS_ENDPOINT and DRS_REGION. (APIG.0101: x)',
    ],
    [
      429,
      '{"error_code":"APIGW.0308","error_msg":"x"}',
      'throttled',
      'DRS asks for fewer requests; the bot waits and goes on by itself. (APIGW.0308: x)',
    ],
    [
      400,
      '{"error_code":"DRS.M01503","error_msg":"x"}',
      'throttled',
      'DRS asks for fewer requests; the bot waits and goes on by itself. (DRS.M01503: x)',
    ],
    [502, '<html>', 'server_error', 'DRS has a fault of its own. (HTTP 502)'],
    [
      403,
      '{}',
      'access_denied',
      'DRS denies access: check the IAM user, its permissions and DRS_PROJECT_ID. (HTTP 403)',
    ],
    [
      400,
      '{"error_code":"DRS.M99999","error_msg":"strange\\n thing"}',
      'bad_request',
      'DRS refused the request (DRS.M99999: strange thing).',
    ],
  ])('HTTP %d %s becomes a sentence', (status, body, reason, sentence) => {
    const failure = failed(status, body);
    expect(failure).toMatchObject({ reason, requestId: 'r1' });
    expect(plainTextsIn('en').explain(failure.why)).toBe(sentence);
  });

  test.each([
    ['names no times', 'Incorrect IAM authentication information: signature expired'],
    ['says it is about a token', 'Incorrect IAM authentication information: x-auth-token not found'],
  ])('of a gateway that %s blames no clock that is right', (_what, message) => {
    const body = JSON.stringify({ error_code: 'APIGW.0301', error_msg: message });
    const date = new Date(Date.now() - 60_000).toUTCString();
    const { why } = describeFailure({ status: 401, headers: { date }, body }, Date.now());
    expect(why.key).toBe(/signature/.test(message) ? 'keys_outdated' : 'gateway_token_refused');
  });

  test.each([
    'verify aksk signature fail, canonicalRequest:POST|/v3|AKSECRET12345',
    'Get secretKey failed,ak:AKSECRET12345,err:ak not exist',
    'Get secretKey failed,ak:AKSECRET12345,err:ak AKSECRET12345 not exist',
    'AK AKSECRET12345 is locked',
  ])('is passed on without the keys and signatures it repeats: %s', (message) => {
    const failure = failed(401, JSON.stringify({ error_code: 'APIGW.0301', error_msg: message }));
    expect(JSON.stringify(failure)).not.toContain('AKSECRET');
    expect(failure.why.values['label']).toContain(message.slice(0, 3));
  });

  test.each([
    ['Get secretKey failed,ak:HST0123456789,err:ak HST0123456789 not exist', 'keys_unknown'],
    ['ak HST0123456789 not exist', 'keys_unknown'],
    ['signature expired', 'keys_outdated'],
    ['verify aksk signature fail', 'keys_wrong'],
    ['AK access failed to reach the limit,forbidden', 'keys_locked'],
  ])('of the gateway or of IAM says whose it is: %s', (message, key) => {
    const body = JSON.stringify({ error_code: 'APIGW.0301', error_msg: message });
    for (const service of ['DRS', 'IAM'] as const) {
      const { why } = describeFailure({ status: 401, headers: {}, body }, Date.now(), service);
      expect(why).toMatchObject({ key, values: { service } });
    }
  });

  test.each([
    [401, '{"error_code":"APIGW.0301","error_msg":"token expires"}', true],
    [401, '', true],
    [401, '{"error_code":"DRS.M00103","error_msg":"no permission"}', false],
    [403, '{"error_code":"DRS.M00100","error_msg":"invalid token"}', true],
    [403, '{"error_code":"X","error_msg":"Invalid token."}', true],
    [403, '{"error_code":"DRS.M00102","error_msg":"insufficient"}', false],
    [400, '{"error_msg":"invalid token"}', false],
  ])('HTTP %d %s asks for a new token: %s', (status, body, expected) => {
    expect(isTokenRejected({ status, headers: {}, body })).toBe(expected);
  });
});
