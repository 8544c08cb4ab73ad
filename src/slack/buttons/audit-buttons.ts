import { showAudit } from '../../use-cases/showing/show-audit.ts';
import { auditMessage } from '../messages/answers/audit-message.ts';
import { AUDIT_VALUE, JOBS_VALUE } from '../messages/kit/button-value.ts';
import type { AuditValue } from '../messages/kit/button-value.ts';
import type { Request } from '../requests/request.ts';
import { withValue } from './click.ts';

/** *History* of a job. */
export const showAuditOfJob = withValue(JOBS_VALUE, (request, { target }) =>
  replaceAudit(request, { jobId: target ?? null, before: null }),
);

/** *Newest* and *Older* of what was done in a channel. */
export const showAuditPage = withValue(AUDIT_VALUE, replaceAudit);

async function replaceAudit({ slack, actor, personTexts, reply }: Request, value: AuditValue): Promise<void> {
  await reply.inPlace(auditMessage(personTexts, await showAudit(slack.useCases, actor, value)));
}
