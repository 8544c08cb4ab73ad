import { operatorMatter } from '../../../domain/job/explanation.ts';
import type { Explanation } from '../../../domain/job/explanation.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import type { Language } from '../../../domain/base/language.ts';
import { isRefusal } from '../../../domain/post/operator-alert.ts';
import { speechIn } from '../../../words/plain-texts.ts';
import type { Speech } from '../../../words/plain-texts.ts';
import { code, escapeMrkdwn } from './mrkdwn.ts';

/** How the bot is called here, and what its messages can link to. */
export interface Surroundings {
  /** The slash command, such as `/drs`. */
  readonly command: string;
  /** The bot's user name, without `@`. */
  readonly botName: string;
  /** Of the workspace, such as `https://acme.slack.com/`; null when Slack did not say. */
  readonly teamUrl: string | null;
  /** Whether the operator has a channel in which the bot tells what they must mend. */
  readonly tellsOperator: boolean;
  /** The project whose jobs these are, and others that they may be in instead; the others are empty when none are known. */
  projects(): { readonly asked: string; readonly others: string };
  /** Where a job is found in the DRS console; null when no console is known. */
  consoleUrl(job: { readonly jobId: JobId; readonly jobType: string | null }, language: Language): string | null;
}

/** Speaks to a reader in their language, and knows what can be typed and opened here. Everything is safe in mrkdwn. */
export interface Voice extends Speech {
  readonly surroundings: Surroundings;
  /** The slash command with these words behind it, as code. */
  typed(words: string): string;
  /** What to type to let the bot into a channel, as code. */
  invitation(): string;
  consoleUrl(job: { readonly jobId: JobId; readonly jobType: string | null }): string | null;
  /** The address of a message; null when the workspace's is not known. */
  messageUrl(channelId: string, ts: string): string | null;
}

export function createVoice(language: Language, surroundings: Surroundings): Voice {
  const speech = speechIn(language);
  const { command, botName, teamUrl } = surroundings;
  return {
    ...speech,
    surroundings,
    explain: (why: Explanation) => speech.explain(escapeValues(why)),
    typed: (words) => code(words === '' ? command : `${command} ${words}`),
    invitation: () => code(`/invite @${botName}`),
    consoleUrl: (job) => surroundings.consoleUrl(job, language),
    messageUrl: (channelId, ts) =>
      teamUrl === null ? null : `${teamUrl}archives/${channelId}/p${ts.replace('.', '')}`,
  };
}

/**
 * The same voice before a whole channel: settings, keys and codes are the operator's business, who reads them in
 * the log, and in their own channel where there is one. Whoever asks for themselves is told everything.
 */
export function inPublic(voice: Voice): Voice {
  const explain = (why: Explanation) => {
    const matter = operatorMatter(why);
    if (matter === null) return voice.explain(why);
    const isTold = voice.surroundings.tellsOperator && isRefusal(why);
    return voice.say(isTold ? `brief.${matter}.told` : `brief.${matter}`);
  };
  return { ...voice, explain };
}

/** Reasons carry pieces of what DRS said. */
function escapeValues({ key, values }: Explanation): Explanation {
  const escaped = Object.entries(values).map(
    ([name, value]) => [name, typeof value === 'string' ? escapeMrkdwn(value) : value] as const,
  );
  return { key, values: Object.fromEntries<string | number>(escaped) };
}
