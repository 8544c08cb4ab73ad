import type { ReferenceProblem } from '../../use-cases/resolve-jobs.ts';
import { code } from './mrkdwn.ts';

/** A sentence about a job reference that could not be resolved: what was wrong, what was expected, what to do. */
export function referenceProblem(problem: ReferenceProblem, command: string): string {
  const typed = code(problem.reference);
  switch (problem.kind) {
    case 'not_an_id':
      return `${typed} is not a DRS job id. An id has 36 characters, like ${code('6211d20d-0006-41da-836e-db3301ajb20b')}; for a watched job its first 6 or more are enough. ${code(`${command} list`)} shows what this channel watches.`;
    case 'no_match':
      return `${typed} is neither a DRS job id nor the beginning of a watched job's id. Type the whole id, 36 characters like ${code('6211d20d-0006-41da-836e-db3301ajb20b')}, or see ${code(`${command} list`)}.`;
    case 'ambiguous':
      return `${typed} fits several jobs: ${problem.matches.map((id) => code(id)).join(', ')}${problem.more ? ' and more' : ''}. Type a few more characters.`;
  }
}
