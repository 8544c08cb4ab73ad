import type { Explanation } from '../../../domain/job/explanation.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { code, escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** A job of which nothing but what it is called is known. */
interface UnknownJob {
  readonly jobId: JobId;
  readonly name: string | null;
}

/** Says that DRS does not know this id. */
export function noSuchJob(texts: Texts, job: UnknownJob & { readonly code: string }): string {
  return texts.get('answer.no_such_job', { job: nameOrId(job), code: escapeMrkdwn(job.code) });
}

/** Says that DRS gave no report about a job that was never seen before, and how to ask for the same again. */
export function noReport(
  texts: Texts,
  job: UnknownJob & { readonly why: Explanation },
  verb: 'status' | 'ready' | 'subscribe',
): string {
  const command = texts.command(`${verb} ${job.jobId}`);
  return texts.get('answer.no_report', { job: nameOrId(job), why: texts.explain(job.why), command });
}

function nameOrId({ jobId, name }: UnknownJob): string {
  return name === null ? code(jobId) : `*${safeName(name)}*`;
}
