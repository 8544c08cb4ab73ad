import type { JobEvent } from '../../../domain/job/job-event.ts';
import { PHASES } from '../../../domain/job/phases.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** A job's life in up to three lines: how long it ran, in which phases, and how far behind it was. */
export function summaryLines(
  voice: Voice,
  { summary, at }: Extract<JobEvent, { readonly kind: 'ended' }>,
): readonly string[] {
  if (summary === null) return [];
  const { from, fromStart, phases, lag } = summary;
  const ran = voice.say(fromStart ? 'summary.ran' : 'summary.watched', {
    duration: voice.duration(at - from),
    from: dateAndTime(from),
    to: dateAndTime(at),
  });
  const stretches = PHASES.flatMap((phase) => {
    const ms = phases[phase];
    return ms === undefined ? [] : [voice.say(`summary.${phase}`, { duration: voice.duration(ms) })];
  }).join(' · ');
  const behind =
    lag === null
      ? []
      : [voice.say('summary.lag', { max: voice.duration(lag.maxMs), most: voice.duration(lag.mostMs) })];
  return [ran, capitalised(stretches), ...behind];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
