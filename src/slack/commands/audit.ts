import { findAudit, showAudit } from '../../use-cases/showing/show-audit.ts';
import { auditMessage, auditProblem } from '../messages/answers/audit-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs audit [job]` */
export const answerAudit: CommandHandler<'audit'> = async ({ slack, actor, personTexts, reply }, { job }) => {
  const { useCases } = slack;
  const found =
    job === null
      ? await showAudit(useCases, actor, { jobId: null, before: null })
      : await findAudit(useCases, actor, job);
  await reply.privately(
    'kind' in found ? auditProblem(personTexts, found, actor.channelId) : auditMessage(personTexts, found),
  );
};
