import type { Job } from '../../../domain/job/job.ts';
import { isBroken, statusGroup } from '../../../domain/job/job-status.ts';
import type { SaidRules } from '../../../use-cases/subscribing/settle-typed.ts';
import { jobNames } from '../kit/job-names.ts';
import { code, dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** What is to be known of the rules that were just typed. */
export function ruleNotes(texts: Texts, said: SaidRules, jobs: readonly Job[]): readonly string[] {
  const poll = texts.duration(said.pollMs);
  const stretched = said.stretched.map(({ rule, fromMs, toMs }) =>
    texts.get('rules.stretched', {
      rule: texts.get(`rules.${rule}`),
      from: texts.duration(fromMs),
      to: texts.duration(toMs),
      poll,
    }),
  );
  return [...stretched, ...momentNotes(texts, said, jobs)];
}

function momentNotes(texts: Texts, { changes, zone }: SaidRules, jobs: readonly Job[]): readonly string[] {
  const { by } = changes;
  if (by === undefined || by === 'default' || zone === null) return [];
  const typed = code(`by:${by.typed}`);
  const late = jobs.filter(isPastFullCopy);
  return [
    texts.get(`rules.zone_of_${zone.of}`, { typed, at: dateAndTime(by.at), zone: zone.name }),
    ...(late.length === 0
      ? []
      : [texts.get('rules.by_late', { jobs: jobNames(texts, late), count: late.length, typed })]),
  ];
}

/** Nothing is copied in full any more, so nothing is estimated. A restarted copy is one again. */
function isPastFullCopy({ state: { report, phases } }: Job): boolean {
  if (report === null) return false;
  const group = statusGroup(report.status);
  if (isBroken(group)) return (phases.replicating ?? 0) > 0;
  return group === 'full_copy_done' || group === 'replicating';
}
