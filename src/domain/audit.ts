import type { JobId } from './job/job-id.ts';
import type { Language } from './base/language.ts';
import type { EpochMs } from './base/time.ts';
import type { SubscriptionRules } from './rules/subscription-rules.ts';

/** What was changed, with how it was before and after. */
export type AuditedChange =
  | { readonly kind: 'subscribed' }
  /** The job was gone and is back, and so is the subscription. */
  | { readonly kind: 'resubscribed' }
  | {
      readonly kind: 'unsubscribed';
      /** Who had made the subscription; null when that was not written down. */
      readonly madeBy: string | null;
      /** `unsubscribed`, `cannot_post`, `job_ended`, `job_gone`, or what another version wrote. */
      readonly reason: string;
    }
  | { readonly kind: 'language'; readonly from: Language; readonly to: Language }
  /** Which rules are in force: for a job, or by default where there is none. */
  | { readonly kind: 'rules'; readonly from: SubscriptionRules; readonly to: SubscriptionRules }
  /** Posts are held back, with Slack's error name or one of domain/access.ts. */
  | { readonly kind: 'paused'; readonly reason: string }
  | { readonly kind: 'resumed'; readonly reason: string }
  /** Slack gave the conversation another id. */
  | { readonly kind: 'moved' }
  /** Written by another version of this program. */
  | { readonly kind: 'other'; readonly action: string };

/** One line of what was done in a channel. */
export interface AuditEntry {
  /** Grows with time. */
  readonly id: number;
  readonly at: EpochMs;
  /** A Slack user; null: the bot itself. */
  readonly by: string | null;
  readonly job: { readonly jobId: JobId; readonly name: string | null } | null;
  readonly change: AuditedChange;
}
