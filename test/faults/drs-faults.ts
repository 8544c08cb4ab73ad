import { throttle } from '../../demo/drs-simulator/faults.ts';
import type { Fault, Target } from '../../demo/drs-simulator/faults.ts';
import { SIMULATED_KEYS } from '../../demo/drs-simulator/simulator.ts';
import type { DrsRow, Sign, Stage } from './stage.ts';

const DAY_S = 86_400;
const HOUR_MS = 3_600_000;

const log = (says: RegExp): Sign => ({ where: 'log', says });
const metric = (says: RegExp): Sign => ({ where: 'metrics', says });
const health = (says: RegExp): Sign => ({ where: 'health', says });
/** A request failed for this reason: in the log, and counted. */
const failed = (reason: string): readonly Sign[] => [
  log(new RegExp(`a request to DRS failed .*"reason":"${reason}"`)),
  metric(new RegExp(`drs_bot_drs_reads_total\\{read="progress",outcome="${reason}"\\} [1-9]`)),
];

const always =
  (fault: Fault, target: Target = 'progress') =>
  ({ drs }: Stage) =>
    drs.faults.always(target, fault);
const next =
  (fault: Fault, count = 1) =>
  ({ drs }: Stage) =>
    drs.faults.next('progress', fault, count);
const status = (code: number, body = ''): Fault => ({ kind: 'status', status: code, body });
const unauthorised = status(401, '{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information"}');

/** DRS gives nothing usable for some minutes. */
const missing = (name: string, fault: Fault, reason: string): DrsRow => ({
  name,
  lasts: 'minutes',
  sight: 'misses',
  begin: always(fault),
  signs: failed(reason),
});
/** What is odd, and can be read all the same. */
const harmless = (name: string, fault: Fault): DrsRow => ({
  name,
  lasts: 'minutes',
  sight: 'sees',
  begin: always(fault),
  signs: [health(/DRS answers/)],
});
/** Every request that has one job in it is refused. */
const oddId = (code: number): DrsRow => ({
  name: `one bad id: ${code}`,
  lasts: 'minutes',
  sight: 'sees',
  begin: (stage) => void stage.job('spare').poison({ status: code, code: 'DRS.M00101' }),
  mend: (stage) => void stage.job('spare').poison(null),
  signs: [log(/a request to DRS failed/)],
});

/** Every fault of DRS. */
export const DRS_FAULTS: readonly DrsRow[] = [
  // Asked within the pause, it says how the job was seen last, and when.
  { ...missing('429 with Retry-After', throttle(30), 'throttled'), maxRequests: 6, reads: /checked .*08:03 UTC/ },
  { ...missing('429 without Retry-After', status(429), 'throttled'), maxRequests: 4 },
  {
    name: '429 of a day',
    lasts: 'blinding',
    sight: 'blind',
    begin: next(throttle(DAY_S)),
    maxRequests: 2,
    signs: [...failed('throttled'), health(/DRS asked for no requests/)],
  },
  {
    name: '429 with a window',
    lasts: 'minutes',
    sight: 'sees',
    begin: ({ drs }) => {
      drs.quota.set({ limit: 1, unit: 'minute' });
      drs.faults.next('progress', status(429, '{"error_msg":"policy ip over ratelimit,limit:1,time:1 minute"}'));
    },
    mend: ({ drs }) => drs.quota.set(null),
    maxRequests: 5,
    signs: [...failed('throttled'), health(/1 request.* minute/)],
  },
  missing('500', status(500), 'server_error'),
  missing('502 HTML', status(502, '<html><body><h1>Bad gateway</h1></body></html>'), 'server_error'),
  missing('503', status(503), 'server_error'),
  {
    name: '503 for ever',
    lasts: 'blinding',
    sight: 'blind',
    begin: always(status(503)),
    signs: [...failed('server_error'), metric(/drs_bot_blind_seconds [1-9]/), health(/DRS silent since/)],
  },
  { ...missing('hang', { kind: 'hang' }, 'timeout'), hangs: true },
  { ...missing('slow body', { kind: 'slow', everyMs: 20 }, 'timeout'), hangs: true },
  missing('reset', { kind: 'reset' }, 'network'),
  missing('cut body', { kind: 'cut' }, 'network'),
  missing('empty', { kind: 'body', body: '' }, 'unreadable_answer'),
  missing('wrong JSON', { kind: 'body', body: '{"jobs":[{"name":7}]}' }, 'unreadable_answer'),
  missing('deep JSON', { kind: 'nested', depth: 20_000 }, 'unreadable_answer'),
  harmless('BOM', { kind: 'marked' }),
  missing('50 MB', { kind: 'huge', bytes: 50_000_000 }, 'unreadable_answer'),
  harmless('wrong content type', { kind: 'mislabelled', contentType: 'text/html; charset=iso-8859-1' }),
  { name: '401 once', lasts: 'moment', sight: 'sees', begin: next(unauthorised), signs: [log(/signed in to IAM/)] },
  {
    name: '401 for ever',
    lasts: 'blinding',
    sight: 'blind',
    begin: always(unauthorised),
    signs: [...failed('credentials_rejected'), health(/DRS silent since/)],
  },
  {
    name: 'expired token',
    lasts: 'moment',
    sight: 'sees',
    begin: ({ drs }) => drs.iam.revokeTokens(),
    signs: [log(/signed in to IAM/)],
  },
  {
    name: 'skewed clock',
    lasts: 'blinding',
    sight: 'blind',
    signIn: 'key',
    maxRequests: 3,
    begin: (stage) => stage.setCloudAhead(3 * HOUR_MS),
    mend: (stage) => {
      stage.setCloudAhead(0);
      stage.drs.keys.set(SIMULATED_KEYS.permanent);
    },
    signs: [...failed('credentials_rejected'), health(/clock/)],
  },
  {
    name: 'missing items',
    lasts: 'minutes',
    sight: 'misses',
    begin: always({ kind: 'items', how: 'missing' }),
    signs: [health(/DRS answers/)],
  },
  harmless('extra items', { kind: 'items', how: 'extra' }),
  harmless('doubled items', { kind: 'items', how: 'doubled' }),
  harmless('shuffled items', { kind: 'items', how: 'shuffled' }),
  harmless('null items', { kind: 'items', how: 'null' }),
  { ...harmless('absurd numbers', { kind: 'figures', figure: '9'.repeat(310) }), reads: /replicating, lag unknown/ },
  {
    name: 'unknown status',
    lasts: 'minutes',
    sight: 'sees',
    begin: (stage) => void stage.job('spare').becomes('QUANTUM_TRANSFER_STARTED'),
    mend: (stage) => void stage.job('spare').becomes('INCRE_TRANSFER_STARTED'),
    alsoTold: /QUANTUM_TRANSFER_STARTED/,
    signs: [health(/DRS answers/)],
  },
  ...[400, 404, 422, 500].map(oddId),
  {
    name: 'whole request refused',
    lasts: 'minutes',
    sight: 'misses',
    begin: ({ drs }) => drs.setHabits({ refusesAll: 'DRS.M00289' }),
    mend: ({ drs }) => drs.setHabits({ refusesAll: null }),
    signs: failed('bad_request'),
  },
  {
    name: 'list failing',
    lasts: 'blinding',
    sight: 'sees',
    begin: ({ drs }) => {
      drs.faults.always('list', status(500));
      drs.faults.always('list_v3', status(500));
    },
    signs: [
      log(/a request to DRS failed .*"reason":"server_error".*"about":"list of jobs/),
      metric(/drs_bot_drs_reads_total\{read="list",outcome="server_error"\} [1-9]/),
    ],
  },
  {
    name: 'detail failing',
    lasts: 'moment',
    sight: 'sees',
    isEarly: true,
    begin: always(status(500), 'detail'),
    alsoTold: /the disk is full/,
    signs: [
      log(/a request to DRS failed .*"reason":"server_error".*"about":"details"/),
      metric(/drs_bot_drs_reads_total\{read="details",outcome="server_error"\} [1-9]/),
    ],
  },
];
