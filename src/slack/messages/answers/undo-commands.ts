import { shortId } from '../../../domain/job/job-id.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import type { Texts } from '../kit/texts.ts';

/** Jobs that one command takes; see `MAX_CHANGED_JOBS` of the parser. */
const MAX_JOBS = 50;

/** What can be pasted to take something back for all these jobs: one command, or as many as it needs. */
export function undoCommands(
  texts: Texts,
  verb: 'subscribe' | 'unsubscribe',
  jobs: readonly { readonly jobId: JobId }[],
): string {
  const short = jobs.map(({ jobId }) => shortId(jobId));
  // One id is written whole; several are short where that still tells them apart.
  const isWhole = (index: number) =>
    (jobs.length === 1 && verb === 'subscribe') || short.filter((one) => one === short[index]).length > 1;
  const ids = jobs.map(({ jobId }, index) => (isWhole(index) ? jobId : shortId(jobId)));
  const commands: string[] = [];
  for (let from = 0; from < ids.length; from += MAX_JOBS)
    commands.push(texts.command(`${verb} ${ids.slice(from, from + MAX_JOBS).join(' ')}`));
  return commands.join(' ');
}
