import { showChart } from '../../use-cases/showing/show-chart.ts';
import { chartMessage } from '../messages/answers/chart-message.ts';
import { CHART_VALUE } from '../messages/kit/button-value.ts';
import { textsInPlace, withValue } from './click.ts';

/** *Refresh* on a chart, and *Chart* beside a job that may have been meant. */
export const refreshChart = withValue(CHART_VALUE, async (request, { job, ...wish }) => {
  const { slack, actor, reply } = request;
  const chart = await showChart(slack.useCases, actor, job, wish);
  await reply.inPlace(chartMessage(textsInPlace(request), chart, actor.channelId));
});

/** *Share to channel* on a chart. */
export const shareChart = withValue(CHART_VALUE, async ({ slack, actor, channelTexts, reply }, { job, ...wish }) => {
  const chart = await showChart(slack.useCases, actor, job, wish);
  await reply.publicly(chartMessage(channelTexts, chart, actor.channelId, actor.userId));
});
