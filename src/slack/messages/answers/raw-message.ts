import type { EpochMs } from '../../../domain/base/time.ts';
import type { Job } from '../../../domain/job/job.ts';
import type { Sample } from '../../../domain/rules/sample.ts';
import type { RawJob } from '../../../use-cases/showing/show-raw.ts';
import { plainName } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { ago, cut, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Characters of one value, and of all fields: what DRS says in addition may be long. */
const MAX_VALUE = 400;
const MAX_FIELDS = 2_600;

/** Everything that DRS said of a job, under DRS's own names, and the last polls: for whoever asked. */
export function rawMessage(texts: Texts, { jobId, job, cause, asked, polls }: RawJob): SlackMessage {
  const name = plainName(job ?? { jobId, name: null });
  const said = asked.kind === 'read' ? asked.value : job === null ? [] : fieldsOf(job);
  if (said.length === 0) return message([linesPart([`${name} – ${texts.get('state.no_report')}`])]);
  const fields = [
    ...said,
    ...(cause === null ? [] : [`error_message: ${cause.text ?? ''}`, `error_code (detail): ${cause.code ?? ''}`]),
  ];
  return message([
    { kind: 'news', headline: texts.get('raw.headline', { name }), bold: name },
    linesPart([block(fields)]),
    ...(polls.length === 0 ? [] : [linesPart([texts.get('raw.polls'), block(polls.map(pollLine))])]),
    footer(source(texts, asked, job?.state.checkedAt ?? null)),
  ]);
}

/** Whether this is as it came just now, or what is remembered, and why. */
function source(texts: Texts, asked: RawJob['asked'], checkedAt: EpochMs | null): string {
  if (asked.kind === 'read') return texts.get('raw.as_it_came');
  const seen = checkedAt === null ? '–' : ago(checkedAt);
  return texts.get('raw.remembered', { why: texts.explain(asked.failure.why), seen });
}

/** What DRS does not say is left out. Lag and progress are as they were understood; what could not be is beside them. */
function fieldsOf({ jobId, name, jobType, state: { report } }: Job): readonly string[] {
  if (report === null) return [];
  const { status, taskMode, percent, lagMs, clockSkewMs, processTime, remainingTime, errorCode, parts } = report;
  const known: readonly (readonly [string, string | number | null])[] = [
    ['job_id', jobId],
    ['name', name],
    ['job_type', jobType],
    ['transfer_status', status],
    ['task_mode', taskMode],
    ['progress', percent],
    ...parts.map(
      (part) =>
        [`progress_map.${part.name}`, `${part.percent ?? '?'} (remaining_time ${part.remainingTime ?? '–'})`] as const,
    ),
    ['incre_trans_delay_millis', clockSkewMs === null ? lagMs : -clockSkewMs],
    ['process_time', processTime],
    ['remaining_time', remainingTime],
    ['error_code', errorCode],
  ];
  return [
    ...known.flatMap(([field, value]) => (value === null ? [] : [`${field}: ${value}`])),
    ...Object.entries(report.unknownFields).map(([field, value]) => `${field}: ${JSON.stringify(value)}`),
  ];
}

/** `2026-11-27 11:30:20 replicating lag 3000 ms`, in UTC: what stands side by side must be comparable. */
function pollLine({ at, group, lagMs, parts }: Sample): string {
  const when = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const figures = parts.map(({ name, percent }) => `${name} ${percent}`);
  return [when, group, ...(lagMs === null ? [] : [`lag ${lagMs} ms`]), ...figures].join(' ');
}

/** Lines as they are, in a block of code that nothing in them ends. */
function block(lines: readonly string[]): string {
  const said = lines.map((line) => cut(line.replaceAll('`', "'").replace(/\s+/g, ' '), MAX_VALUE)).join('\n');
  return `\`\`\`${escapeMrkdwn(cut(said, MAX_FIELDS))}\`\`\``;
}
