import { showHealth } from '../../use-cases/showing/show-health.ts';
import { healthMessage } from '../messages/answers/health-message.ts';
import type { ClickHandler } from './click.ts';

/** *Refresh* on the health while DRS gives no answer. */
export const refreshHealth = showing(false);

/** *All figures* on that, and *Refresh* on all figures. */
export const showWholeHealth = showing(true);

function showing(isWhole: boolean): ClickHandler {
  return async ({ slack, actor, personTexts, reply }) => {
    const report = await showHealth(slack.useCases, actor);
    await reply.inPlace(healthMessage(personTexts, report, { otherSockets: slack.otherSockets(), isWhole }));
  };
}
