import { commonFailure } from '../../domain/job/progress-answer.ts';
import type { DrsFailure } from '../../domain/job/progress-answer.ts';
import type { SearchOutcome, SendOutcome } from '../../domain/post/post.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient, Insight } from '../../ports/drs.ts';
import type { DrsRead, Metrics, PageOutcome } from '../../ports/metrics.ts';
import type { History, Notifier } from '../../ports/slack.ts';
import type { Vitals } from './vitals.ts';

/** The same client; how each read ends is counted, and whether DRS answers is noticed. */
export function observeDrs(
  drs: DrsClient,
  { vitals, metrics, clock }: { readonly vitals: Vitals; readonly metrics: Metrics; readonly clock: Clock },
): DrsClient {
  async function measured<T>(
    read: DrsRead,
    asking: Promise<T>,
    failureOf: (answer: T) => DrsFailure | null,
  ): Promise<T> {
    const startedAt = clock.monotonic();
    const answer = await asking;
    metrics.readDrs(read, failureOf(answer)?.reason ?? 'answered', clock.monotonic() - startedAt);
    return answer;
  }
  const failureInside = ({ failure }: { readonly failure: DrsFailure | null }) => failure;
  return {
    async fetchProgress(jobIds, options) {
      const answers = await measured('progress', drs.fetchProgress(jobIds, options), commonFailure);
      // A read that was called off says nothing about DRS.
      if (options?.signal?.aborted !== true) vitals.heard(answers);
      return answers;
    },
    allowance: () => drs.allowance(),
    listJobs: () => measured('list', drs.listJobs(), failureInside),
    fetchDetails: (jobIds, language) => measured('details', drs.fetchDetails(jobIds, language), failureInside),
    fetchRecoveryFigures: (jobIds) => measured('recovery', drs.fetchRecoveryFigures(jobIds), failureInside),
    fetchComparisons: (jobId) => measured('comparisons', drs.fetchComparisons(jobId), failureOfInsight),
    fetchTimeline: (jobId) => measured('timeline', drs.fetchTimeline(jobId), failureOfInsight),
    fetchTerms: (jobId) => measured('terms', drs.fetchTerms(jobId), failureOfInsight),
    fetchRaw: (jobId) => measured('progress', drs.fetchRaw(jobId), failureOfInsight),
    fetchLog: (jobId, language) => measured('log', drs.fetchLog(jobId, language), failureOfInsight),
  };
}

function failureOfInsight(insight: Insight<unknown>): DrsFailure | null {
  return insight.kind === 'read' ? null : insight.failure;
}

/** The same notifier; how each attempt ends is counted. */
export function observeNotifier(notifier: Notifier, metrics: Metrics): Notifier {
  const noteRefusal = (outcome: SendOutcome) => {
    if (outcome.kind === 'refused' && outcome.what === 'workspace') metrics.refusedEverywhere(outcome.reason);
  };
  return {
    async send(post) {
      const outcome = await notifier.send(post);
      noteRefusal(outcome);
      metrics.posted(outcome.kind, 'reason' in outcome ? outcome.reason : null);
      return outcome;
    },
    async edit(post, sent, now) {
      const outcome = await notifier.edit(post, sent, now);
      noteRefusal(outcome);
      metrics.edited(outcome.kind, 'reason' in outcome ? outcome.reason : null);
      return outcome;
    },
    async remove(sent) {
      const outcome = await notifier.remove(sent);
      metrics.removed(outcome.kind);
      return outcome;
    },
  };
}

/** The same history; what each page comes to is counted. */
export function observeHistory(history: History, metrics: Metrics): History {
  return {
    async readPage(wanted) {
      const outcome = await history.readPage(wanted);
      metrics.searched(labelOf(outcome));
      return outcome;
    },
  };
}

function labelOf(outcome: SearchOutcome): PageOutcome {
  if (outcome.kind !== 'read') return outcome.kind;
  if (outcome.found.length > 0) return 'found';
  return outcome.cursor === null ? 'absent' : 'more';
}
