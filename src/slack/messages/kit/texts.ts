import { operatorMatter } from '../../../domain/job/explanation.ts';
import type { Explanation } from '../../../domain/job/explanation.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import type { Language } from '../../../domain/base/language.ts';
import { isRefusal } from '../../../domain/post/operator-alert.ts';
import { plainTextsIn } from '../../../words/plain-texts.ts';
import type { PlainTexts } from '../../../words/plain-texts.ts';
import { code, escapeMrkdwn } from './mrkdwn.ts';

/** Characters of a command that can be pasted: fifty short ids. */
const MAX_COMMAND = 600;

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

/** The texts a reader sees in Slack, with what can be typed and opened here. Everything is safe in mrkdwn. */
export interface Texts extends PlainTexts {
  readonly surroundings: Surroundings;
  /** The slash command with these words behind it, as code. */
  command(words: string): string;
  /** What to type to let the bot into a channel, as code. */
  inviteCommand(): string;
  consoleUrl(job: { readonly jobId: JobId; readonly jobType: string | null }): string | null;
  /** The address of a message; null when the workspace's is not known. */
  messageUrl(channelId: string, ts: string): string | null;
}

/** The texts of a language for one workspace. */
export function createTexts(language: Language, surroundings: Surroundings): Texts {
  const plain = plainTextsIn(language);
  const { command, botName, teamUrl } = surroundings;
  return {
    ...plain,
    surroundings,
    explain: (why) => plain.explain(escapeValues(why)),
    command: (words) => code(words === '' ? command : `${command} ${words}`, MAX_COMMAND),
    inviteCommand: () => code(`/invite @${botName}`),
    consoleUrl: (job) => surroundings.consoleUrl(job, language),
    messageUrl: (channelId, ts) =>
      teamUrl === null ? null : `${teamUrl}archives/${channelId}/p${ts.replace('.', '')}`,
  };
}

/**
 * The same texts for a whole channel: settings, keys and codes are the operator's business, who reads them in
 * the log, and in their own channel where there is one. Whoever asks for themselves is told everything.
 */
export function hideOperatorMatters(texts: Texts): Texts {
  const explain = (why: Explanation) => {
    const matter = operatorMatter(why);
    if (matter === null) return texts.explain(why);
    const isTold = texts.surroundings.tellsOperator && isRefusal(why);
    return texts.get(isTold ? `brief.${matter}.told` : `brief.${matter}`);
  };
  return { ...texts, explain };
}

/** Values of a reason are pieces of what DRS said. */
function escapeValues({ key, values }: Explanation): Explanation {
  const escaped = Object.entries(values).map(
    ([name, value]) => [name, typeof value === 'string' ? escapeMrkdwn(value) : value] as const,
  );
  return { key, values: Object.fromEntries<string | number>(escaped) };
}
