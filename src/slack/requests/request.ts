import type { Language } from '../../domain/base/language.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { RequestStore } from '../../ports/store/requests.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import type { ListJobsDeps } from '../../use-cases/showing/list-jobs.ts';
import type { ListSubscriptionsDeps } from '../../use-cases/showing/list-subscriptions.ts';
import type { ListWorkspaceDeps } from '../../use-cases/showing/list-workspace.ts';
import type { ShowAuditDeps } from '../../use-cases/showing/show-audit.ts';
import type { ShowChartDeps } from '../../use-cases/showing/show-chart.ts';
import type { ShowHealthDeps } from '../../use-cases/showing/show-health.ts';
import type { ShowLogDeps } from '../../use-cases/showing/show-log.ts';
import type { ShowRawDeps } from '../../use-cases/showing/show-raw.ts';
import type { ShowReadinessDeps } from '../../use-cases/showing/show-readiness.ts';
import type { ShowStatusDeps } from '../../use-cases/showing/show-status.ts';
import type { ShowVersionDeps } from '../../use-cases/showing/show-version.ts';
import type { ShowWhyDeps } from '../../use-cases/showing/show-why.ts';
import type { ChangeSettingsDeps } from '../../use-cases/subscribing/change-settings.ts';
import type { GreetDeps } from '../../use-cases/subscribing/greet-channel.ts';
import type { SubscribeDeps } from '../../use-cases/subscribing/subscribe.ts';
import type { UnsubscribeDeps } from '../../use-cases/subscribing/unsubscribe.ts';
import type { RefreshPostDeps } from '../../use-cases/telling/refresh-post.ts';
import { hideOperatorMatters } from '../messages/kit/texts.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { Reply } from './reply.ts';

/** What the use cases behind commands, buttons and events take, and nothing else of the bot. */
type UseCaseDeps = ChangeSettingsDeps &
  GreetDeps &
  ListJobsDeps &
  ListSubscriptionsDeps &
  ListWorkspaceDeps &
  RefreshPostDeps &
  ShowAuditDeps &
  ShowChartDeps &
  ShowHealthDeps &
  ShowLogDeps &
  ShowRawDeps &
  ShowReadinessDeps &
  ShowStatusDeps &
  ShowVersionDeps &
  ShowWhyDeps &
  SubscribeDeps &
  UnsubscribeDeps & { readonly store: ChannelStore & RequestStore; readonly clock: Clock; readonly log: Log };

/** What every command and button works with. */
export interface SlackContext {
  readonly useCases: UseCaseDeps;
  readonly workspaceId: string;
  readonly textsIn: (language: Language) => Texts;
  /** See `ListenerState`. */
  readonly otherSockets: () => number;
  /** The language of somebody's Slack, else the bot's own. */
  readonly readerLanguage: (userId: string) => Promise<Language>;
}

/** A command or click of somebody who may make it. */
export interface Request {
  readonly slack: SlackContext;
  readonly actor: Actor;
  /** In the language of the person, for what nobody else reads. */
  readonly personTexts: Texts;
  /** In the language of the channel, for what everybody in it reads. */
  readonly channelTexts: Texts;
  /** Whether a member can let the bot into the conversation, should it not be in it. */
  readonly canInvite: boolean;
  readonly reply: Reply;
}

/** Finds out in which languages a request is answered. */
export async function createRequest(
  slack: SlackContext,
  { actor, canInvite, reply }: Pick<Request, 'actor' | 'canInvite' | 'reply'>,
): Promise<Request> {
  const [person, channel] = await Promise.all([
    slack.readerLanguage(actor.userId),
    slack.useCases.store.findChannelLanguage(actor),
  ]);
  const channelTexts = hideOperatorMatters(slack.textsIn(channel));
  return { slack, actor, personTexts: slack.textsIn(person), channelTexts, canInvite, reply };
}
