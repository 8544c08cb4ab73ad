import type { Actor } from '../../ports/store/subscriptions.ts';
import { admit } from '../../use-cases/subscribing/admit.ts';
import { notOpenlyMessage, refusalMessage } from '../messages/answers/access-refusal.ts';
import type { Voice } from '../messages/kit/texts.ts';
import type { Reply } from '../requests/reply.ts';
import type { SlackContext } from '../requests/request.ts';

/** A command or a click, as far as it matters who is asking. */
export interface Request {
  readonly actor: Actor;
  /** The workspace of the person, as Slack says in the request; null when it does not. */
  readonly teamId: string | null;
  readonly reply: Reply;
}

/** Carries out a request of somebody who may make it; anybody else is told, alone, why not. */
export async function ifAdmitted(
  slack: SlackContext,
  { actor, teamId, reply }: Request,
  work: (reply: Reply) => Promise<void>,
): Promise<void> {
  const access = await admit(slack.useCases, actor, teamId);
  const voice = async () => slack.voiceIn(await slack.readerLanguage(actor.userId));
  if (access.kind === 'allowed') return await work(access.mayShowPublicly ? reply : notOpenly(reply, voice));
  const { userId: user, channelId: channel } = actor;
  slack.useCases.log.info({ user, channel, team: teamId, reason: access.why }, 'refused a command or button');
  await reply.privately(refusalMessage(await voice(), access.why, actor));
}

/** Shows nothing to everybody where nobody knows who that is. */
function notOpenly(reply: Reply, voice: () => Promise<Voice>): Reply {
  return { ...reply, publicly: async () => reply.privately(notOpenlyMessage(await voice())) };
}
