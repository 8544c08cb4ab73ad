import { namesInSentence } from '../../domain/names/names-in-sentence.ts';
import type { ResolveDeps } from './resolve-jobs.ts';

/** The names of jobs that stand in a sentence. DRS's list is read again, as far as that is allowed now, where there is none. */
export async function findNames(deps: ResolveDeps, sentence: string): Promise<readonly string[]> {
  const known = await namesAmongKnown(deps, sentence);
  if (known.length > 0) return known;
  await deps.jobList.refresh({});
  return await namesAmongKnown(deps, sentence);
}

async function namesAmongKnown({ store, connectionId }: ResolveDeps, sentence: string): Promise<readonly string[]> {
  const jobs = await store.findNamedJobs(connectionId);
  return namesInSentence(
    sentence,
    jobs.flatMap(({ name }) => name ?? []),
  );
}
