import type { LogLine } from '../../../domain/job/log-line.ts';
import type { JobLog } from '../../../use-cases/showing/show-log.ts';
import { plainName } from '../kit/job-names.ts';
import { message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { cut, dateAndTime, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Characters of a line. */
const MAX_TEXT = 300;

/** The last lines of DRS's log of a job, for whoever asked. */
export function logMessage(texts: Texts, { log, ...job }: JobLog): SlackMessage {
  const name = plainName(job);
  if (log.kind === 'not_here') return message([{ kind: 'news', headline: texts.get('log.not_here', { name }) }]);
  if (log.kind === 'failed') {
    const lines = [texts.explain(log.failure.why)];
    return message([{ kind: 'news', headline: texts.get('log.failed', { name }), lines }]);
  }
  if (log.value.length === 0) return message([{ kind: 'news', headline: texts.get('log.empty', { name }) }]);
  const lines = log.value.map((line) => logLine(line));
  return message([{ kind: 'news', headline: texts.get('log.headline', { name, count: lines.length }), lines }]);
}

function logLine({ at, level, text }: LogLine): string {
  const when = at === null ? '' : `${dateAndTime(at)} `;
  return `> ${when}${level === null ? '' : `${escapeMrkdwn(level)}: `}${escapeMrkdwn(cut(text, MAX_TEXT))}`;
}
