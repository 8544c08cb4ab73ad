import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseLanguage } from '../../src/domain/base/language.ts';
import { isAddress, jobIdInAddress, parseJobId, parseJobIdPrefix } from '../../src/domain/job/job-id.ts';
import { maskPrivate } from '../../src/domain/mask-private.ts';
import { chooseJob, findNearestJobs } from '../../src/domain/names/choose-job.ts';
import { describeFailure } from '../../src/drs/drs-errors.ts';
import { parseJobDetail } from '../../src/drs/companion-answers.ts';
import { parseResults, resultItems } from '../../src/drs/drs-response.ts';
import { readThrottle } from '../../src/drs/quota.ts';
import { scrubLine } from '../../src/runtime/scrub.ts';
import { parseCommand } from '../../src/slack/parsing/parse-command.ts';
import { JOBS_VALUE, PAGE_VALUE } from '../../src/slack/messages/kit/button-value.ts';
import { code } from '../../src/slack/messages/kit/mrkdwn.ts';

/** Nothing may hold the event loop longer, in ms. */
const MAX_MS = 50;
const MEGABYTE = 1_000_000;

/** What patterns, normal forms and parsers have stumbled over. */
const PIECES = [
  'a',
  '-',
  '.',
  'a.',
  'a-',
  "'",
  '"',
  '“',
  "'@",
  '用',
  '用户',
  '主机 ',
  '连接到 数据库 ',
  '\u0301',
  '\u1ec7\u0323',
  '(',
  '[',
  '{"a":',
  '{"a":[',
  ':',
  '1:',
  '1.1.',
  '::1',
  'a@',
  'a://',
  'Duplicate entry ',
  'Key (',
  'select ',
  'connect to the ',
  'user ',
  'table ',
  'password is ',
  'host the server ',
  '\\',
  '\\"',
  '\0',
  '\ud800',
  '\udc00',
  ' ',
  '\n',
  '\u200b',
  '\u202e',
  '<!channel> ',
  'token":"',
  'cookie:',
  'MII',
  'AK1',
  '%',
  '&lt;',
  'security token ',
  'limit:1,time:',
  '1',
  '9',
  '😀',
  '--',
  '`',
] as const;

const hostileText = fc
  .tuple(
    fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', 'x', 'Error: ', '"', "user '"),
    fc.constantFrom('', 'x', '"', '@', ':3306', '.com'),
  )
  .map(([pieces, begin, end]) => {
    const piece = pieces.join('');
    return `${begin}${piece.repeat(Math.ceil(MEGABYTE / piece.length))}`.slice(0, MEGABYTE) + end;
  });

/** How long a call takes, in ms: the quickest of five, without the time in which others had the machine. */
function quickest(call: () => unknown): number {
  let best = Infinity;
  for (let run = 0; run < 5 && best > MAX_MS; run++) {
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
    call();
    const { user, system } = process.cpuUsage(usedBefore);
    best = Math.min(best, performance.now() - startedAt, (user + system) / 1_000);
  }
  return best;
}

const JOB = parseJobId('6211d20d-0006-41da-836e-db3301ajb20b');
const ITEM = { job_id: '6211d20d-0006-41da-836e-db3301ajb20b', transfer_status: 'FULL_TRANSFER_STARTED' };
const asked = JOB === null ? [] : [JOB];
const named = (name: string) => asked.map((jobId) => ({ jobId, name, status: null }));
const progress = (...fields: object[]) =>
  parseResults(resultItems({ results: fields.map((each) => ({ ...ITEM, ...each })) }) ?? [], asked);

/** Everything that a text of somebody else's goes through; what is made of the text beforehand does not count. */
const CALLS: Readonly<Record<string, (text: string) => () => unknown>> = {
  'hides what is private': (text) => () => maskPrivate(text),
  'writes a line of the log': (text) => {
    const line = `{"level":50,"time":"2026-01-01","msg":${JSON.stringify(text.slice(0, MEGABYTE / 6))}}\n`;
    return () => scrubLine(line, [text.slice(0, 40)]);
  },
  'reads a command': (text) => () => parseCommand(text),
  'reads a job id': (text) => () => [parseJobId(text), parseJobIdPrefix(text), isAddress(text), jobIdInAddress(text)],
  'reads a language': (text) => () => parseLanguage(text),
  'looks for a name': (text) => () => [
    chooseJob(text, named('orders')),
    chooseJob('orders', named(text.slice(0, 1_000))),
    findNearestJobs(text, named('orders')),
    findNearestJobs('a'.repeat(64), named(text.slice(0, 64))),
  ],
  'reads an error of DRS': (text) => {
    // Escaped, one letter takes up to six bytes of the megabyte that an answer may have.
    const half = text.slice(0, MEGABYTE / 12);
    const body = JSON.stringify({ error_code: half, error_msg: half });
    return () => describeFailure({ status: 401, headers: {}, body }, 0);
  },
  'reads a quota': (text) => {
    const body = JSON.stringify({ error_msg: text.slice(0, MEGABYTE / 6) });
    return () => readThrottle({ status: 429, headers: { 'retry-after': text }, body }, 0);
  },
  'reads a progress report': (text) => {
    const known = { transfer_status: text, task_mode: text, progress: text, incre_trans_delay: text, error_code: text };
    const fields = { ...known, unknown: text, progress_map: { [text]: text }, [text]: text };
    return () => progress(fields);
  },
  'reads many unknown fields': (text) => {
    const fields = Array.from({ length: 1_000 }, (_, at) => [`f${at}`, text.slice(at, at + 1_000)]);
    // Made beforehand: to put so many fields together takes longer than to read them.
    const results = [Object.fromEntries([...Object.entries(ITEM), ...fields])];
    return () => parseResults(resultItems({ results }) ?? [], asked);
  },
  'reads the details of a job': (text) => {
    const detail = { status: text, name: text, failed_reason: text, error_code: text, actual_start_time: text };
    return () => parseJobDetail({ ...ITEM, ...detail });
  },
  'reads the value of a button': (text) => () => [JOBS_VALUE.decode(text), PAGE_VALUE.decode(text)],
  'shows a name': (text) => () => code(text),
};

describe('a text of a megabyte, whatever it is made of, holds nothing up that', () => {
  test.each(Object.entries(CALLS))('%s', (_what, call) => {
    call('warm')();
    // Behind an open quote as well: what is never closed is what a pattern goes back over.
    for (const begin of ['', "user '"])
      for (const piece of PIECES)
        expectQuick(call, begin + piece.repeat(Math.ceil(MEGABYTE / piece.length)).slice(0, MEGABYTE));
    fc.assert(
      fc.property(hostileText, (text) => expectQuick(call, text)),
      { numRuns: 8 },
    );
  });
});

function expectQuick(prepare: (text: string) => () => unknown, text: string): void {
  const ms = quickest(prepare(text));
  expect(ms < MAX_MS ? 'quick' : `${ms} ms for ${JSON.stringify(text.slice(0, 30))}`).toBe('quick');
}
