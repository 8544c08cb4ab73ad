import { showAudit } from '../../use-cases/showing/show-audit.ts';
import { auditMessage } from '../messages/answers/audit-message.ts';
import { decodeAudit } from '../messages/kit/button-value.ts';
import type { AuditValue } from '../messages/kit/button-value.ts';
import type { Request } from '../requests/request.ts';
import { withJobs, withValue } from './click.ts';

/** *History* of a job. */
export const showAuditOfJob = withJobs((request, { target }) =>
  replaceAudit(request, { jobId: target ?? null, before: null }),
);

/** *Newest* and *Older* of what was done in a channel. */
export const showAuditPage = withValue(decodeAudit, replaceAudit);

async function replaceAudit({ slack, actor, personTexts, reply }: Request, value: AuditValue): Promise<void> {
  await reply.inPlace(auditMessage(personTexts, await showAudit(slack.useCases, actor, value)));
}
