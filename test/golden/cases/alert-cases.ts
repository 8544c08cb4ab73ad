import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import type { OperatorAlert } from '../../../src/domain/post/operator-alert.ts';
import { ORDERS } from '../../support/reports.ts';
import { START, announced, job } from './facts.ts';
import type { Said } from './facts.ts';

const alerted = (signal: OperatorAlert) => announced({ kind: 'signal', signal }, 'COPS');

export const ALERT_CASES: Readonly<Record<string, Said>> = {
  'signal-credentials-refused': alerted({
    kind: 'credentials_refused',
    why: explanation('keys_wrong', { label: 'APIGW.0301' }),
  }),
  'signal-credentials-accepted': alerted({ kind: 'credentials_accepted', since: START, until: START + 3 * HOUR }),
  'signal-posts-refused': alerted({
    kind: 'posts_refused',
    posts: [
      { channelId: 'C9', reason: 'invalid_blocks', jobs: [job] },
      { channelId: 'D9', reason: 'msg_too_long', jobs: [] },
    ],
  }),
  'signal-drs-silent': alerted({
    kind: 'drs_silent',
    since: START,
    until: START + 10 * MINUTE,
    why: explanation('server_fault', { label: 'HTTP 503' }),
  }),
  'signal-drs-answers': alerted({ kind: 'drs_answers', since: START, until: START + 42 * MINUTE }),
  'signal-database-new': alerted({ kind: 'database_new', path: '/var/lib/drs-slack-bot/drs-bot.db' }),
  'signal-database-gone': alerted({
    kind: 'database_displaced',
    path: '/data/drs-bot.db',
    how: 'gone',
    savedAs: '/data/drs-bot.saved-20261124T030200Z.db',
  }),
  'signal-database-replaced': alerted({
    kind: 'database_displaced',
    path: '/data/drs-bot.db',
    how: 'replaced',
    savedAs: null,
  }),
  'signal-database-in-place': alerted({ kind: 'database_in_place', since: START, until: START + 12 * MINUTE }),
  'signal-rows-set-aside': alerted({
    kind: 'rows_set_aside',
    rows: [
      { what: 'job', key: ORDERS },
      { what: 'announcement', key: '17' },
    ],
    count: 2,
  }),
  'signal-other': alerted({ kind: 'other', name: 'from_a_newer_version' }),
};
