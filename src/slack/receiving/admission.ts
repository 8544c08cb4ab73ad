import type { Actor } from '../../ports/store/subscriptions.ts';
import { admit } from '../../use-cases/subscribing/admit.ts';
import { accessDeniedMessage } from '../messages/answers/access-denied-message.ts';
import { notPublicMessage } from '../messages/answers/not-public-message.ts';
import type { Reply } from '../requests/reply.ts';
import { createRequest } from '../requests/request.ts';
import type { Request, SlackContext } from '../requests/request.ts';

/** A command or a click before anybody knows whether it may be made. */
export interface Asked {
  readonly actor: Actor;
  /** The workspace of the person, as Slack says in the request; null when it does not. */
  readonly teamId: string | null;
  /** See `Request`. */
  readonly canInvite: boolean;
  readonly reply: Reply;
  /** What is done also for somebody who is refused; true when it was. Nothing when left out. */
  readonly evenRefused?: (request: Request) => Promise<boolean>;
}

/** Carries out a request of somebody who may make it; anybody else is told, alone, why not. */
export async function ifAdmitted(
  slack: SlackContext,
  { actor, teamId, canInvite, reply, evenRefused }: Asked,
  work: (request: Request) => Promise<void>,
): Promise<void> {
  const access = await admit(slack.useCases, actor, teamId);
  const request = await createRequest(slack, { actor, canInvite, reply });
  if (access.kind === 'allowed') return await work(access.mayShowPublicly ? request : answerPrivately(request));
  if (await evenRefused?.(request)) return;
  const { userId: user, channelId: channel } = actor;
  slack.useCases.log.info({ user, channel, team: teamId, reason: access.why }, 'refused a command or button');
  await reply.privately(accessDeniedMessage(request.personTexts, access.why, actor));
}

/** Shows nothing to everybody where nobody knows who that is. */
function answerPrivately(request: Request): Request {
  const { reply, personTexts, canInvite } = request;
  const why = notPublicMessage(personTexts, canInvite);
  return { ...request, reply: { ...reply, publicly: () => reply.privately(why) } };
}
