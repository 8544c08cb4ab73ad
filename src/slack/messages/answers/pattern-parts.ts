import type { NamedSubscription } from '../../../domain/subscription.ts';
import type { PatternMatch, Unshown } from '../../../use-cases/naming/resolve-jobs.ts';
import { ACTIONS, JOBS_VALUE, MAX_PATTERN_JOBS } from '../kit/button-value.ts';
import { boldName, withMore } from '../kit/job-names.ts';
import { linesPart } from '../kit/message.ts';
import type { ButtonSpec, Part } from '../kit/message.ts';
import { code, mention } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { namedJob } from './list-message.ts';

/** Names of jobs that an answer has no room for. */
const MAX_NAMES = 10;

/** What of patterns an answer has no room for. */
export function unshownParts(texts: Texts, unshown: readonly Unshown[]): readonly Part[] {
  return unshown.map(({ reference, count, unshown: rest }) =>
    linesPart([
      texts.get('pattern.rest', {
        typed: code(reference),
        count,
        names: withMore(texts, rest.map(boldName), MAX_NAMES).join(', '),
      }),
    ]),
  );
}

/**
 * All jobs that a pattern fits, and a button that watches just these.
 *
 * @param rules as they are typed
 */
export function subscribePatternParts(texts: Texts, { reference, jobs }: PatternMatch, rules: string): readonly Part[] {
  const count = jobs.length;
  const typed = code(reference);
  if (count > MAX_PATTERN_JOBS) return [tooMany(texts, reference, count)];
  const about = { jobs: jobs.map(({ jobId }) => jobId) };
  const value = JOBS_VALUE.encode(rules === '' ? about : { ...about, rules });
  const button: ButtonSpec = {
    text: texts.get('button.subscribe_all', { count }),
    actionId: ACTIONS.subscribeAll,
    value,
  };
  return [
    linesPart([texts.get('pattern.subscribe', { typed, count, names: jobs.map(boldName).join(', ') })]),
    { kind: 'buttons', buttons: [button] },
  ];
}

/** All that a pattern fits of what is watched here, with whose it is, and a button that ends just these. */
export function unsubscribePatternParts(
  texts: Texts,
  { reference, fitting }: { readonly reference: string; readonly fitting: readonly NamedSubscription[] },
): readonly Part[] {
  const count = fitting.length;
  if (count > MAX_PATTERN_JOBS) return [tooMany(texts, reference, count)];
  const byMaker = new Map<string, NamedSubscription[]>();
  for (const one of fitting) byMaker.set(one.createdBy, [...(byMaker.get(one.createdBy) ?? []), one]);
  const whose = [...byMaker].map(([userId, theirs]) =>
    texts.get('pattern.made_by', {
      jobs: theirs.map((one) => boldName(namedJob(one))).join(', '),
      who: mention(userId),
    }),
  );
  const value = JOBS_VALUE.encode({ jobs: fitting.map(({ jobId }) => jobId) });
  const text = texts.get('button.unsubscribe_these', { count });
  return [
    linesPart([texts.get('pattern.unsubscribe', { typed: code(reference), count }), ...whose]),
    { kind: 'buttons', buttons: [{ text, actionId: ACTIONS.unsubscribeAnyway, value, style: 'danger' }] },
  ];
}

/** What is changed is shown whole, or not changed. */
function tooMany(texts: Texts, reference: string, count: number): Part {
  return linesPart([texts.get('pattern.too_many', { typed: code(reference), count, most: MAX_PATTERN_JOBS })]);
}
