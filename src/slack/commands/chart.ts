import { findChart } from '../../use-cases/showing/show-chart.ts';
import { chartMessage, chartProblem } from '../messages/answers/chart-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs chart <job> [lag|progress] [1h|24h|7d]` */
export const answerChart: CommandHandler<'chart'> = async ({ slack, actor, personTexts, reply }, { job, ...wish }) => {
  const found = await findChart(slack.useCases, actor, job, wish);
  await reply.privately(
    found.kind === 'chart'
      ? chartMessage(personTexts, found, actor.channelId)
      : chartProblem(personTexts, found, actor.channelId),
  );
};
