import { CHART_SPANS } from '../../../domain/rules/chart-series.ts';
import type { ChartProblem, JobChart } from '../../../use-cases/showing/show-chart.ts';
import { jobHeadline } from '../jobs/job-details.ts';
import { chartPart, figuresLine, spanWords } from '../jobs/chart-part.ts';
import { ACTIONS, CHART_VALUE, JOBS_VALUE } from '../kit/button-value.ts';
import { buttonsOrSharedBy, shareButton } from '../kit/job-buttons.ts';
import { plainName } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { ago } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { unresolvedParts } from './reference-problem.ts';

/** Fewer points are no line: they are said in words only. */
const LEAST_POINTS = 2;

/**
 * The chart of one job, and its figures in words.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function chartMessage(texts: Texts, chart: JobChart, channelId: string, sharedBy?: string): SlackMessage {
  const { job, jobId } = chart;
  const headline = job === null ? plainName({ jobId, name: null }) : jobHeadline(texts, job, chart.alarmMs);
  const checkedAt = job?.state.checkedAt ?? null;
  const jobs = JOBS_VALUE.encode({ jobs: [jobId] });
  const { measure, span } = chart;
  const value = CHART_VALUE.encode({ job: jobId, measure, span });
  const buttons = [
    { text: texts.get('button.refresh'), actionId: ACTIONS.refreshChart, value },
    { text: texts.get('button.status'), actionId: ACTIONS.showStatus, value: jobs },
    ...shareButton(texts, channelId, { actionId: ACTIONS.shareChart, value }),
  ];
  return message([
    { kind: 'news', headline },
    ...figureParts(texts, chart),
    buttonsOrSharedBy(texts, sharedBy, buttons),
    ...(checkedAt === null ? [] : [footer(texts.get('detail.checked', { ago: ago(checkedAt) }))]),
  ]);
}

/** A name that fits no job, or several. */
export function chartProblem(texts: Texts, problem: ChartProblem, channelId: string): SlackMessage {
  return message(unresolvedParts(texts, problem, 'chart', channelId));
}

function figureParts(texts: Texts, { measure, span, series }: JobChart): readonly Part[] {
  if (series === null) {
    const none = texts.get(`chart.none_${measure}`, { span: spanWords(texts, CHART_SPANS[span]) });
    return [linesPart([texts.joinSentences(none, texts.get('chart.kept'))])];
  }
  return series.points.length < LEAST_POINTS ? [linesPart([figuresLine(texts, series)])] : chartPart(texts, series);
}
