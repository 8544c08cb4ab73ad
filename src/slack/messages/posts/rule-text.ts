import type { JobEvent } from '../../../domain/job/job-event.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** What a rule found, with its figures. */
export function ruleFound(texts: Texts, job: NamedJob, { found }: Extract<JobEvent, { readonly kind: 'rule' }>): News {
  const happened = texts.get('told.other', { job: plainName(job), name: escapeMrkdwn(found.kind) });
  return { headline: `🟠 ${happened}`, lines: [] };
}
