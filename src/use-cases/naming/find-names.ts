import { chooseJob, findNearestJobs } from '../../domain/names/choose-job.ts';
import { namesInSentence } from '../../domain/names/names-in-sentence.ts';
import type { ResolveDeps } from './resolve-jobs.ts';

/** The names of jobs that stand in a sentence. DRS's list is read again, as far as that is allowed now, where there is none. */
export async function findNames(deps: ResolveDeps, sentence: string): Promise<readonly string[]> {
  const known = await namesAmongKnown(deps, sentence);
  if (known.length > 0) return known;
  await deps.jobList.refresh({});
  return await namesAmongKnown(deps, sentence);
}

/** Whether a job has such a name, or one that it is a part of or that is near to it. */
export async function mayBeName(deps: ResolveDeps, word: string): Promise<boolean> {
  if (await isNearKnown(deps, word)) return true;
  await deps.jobList.refresh({});
  return await isNearKnown(deps, word);
}

async function isNearKnown({ store, connectionId }: ResolveDeps, word: string): Promise<boolean> {
  const jobs = await store.findNamedJobs(connectionId);
  return chooseJob(word, jobs).kind !== 'none' || findNearestJobs(word, jobs).length > 0;
}

async function namesAmongKnown({ store, connectionId }: ResolveDeps, sentence: string): Promise<readonly string[]> {
  const jobs = await store.findNamedJobs(connectionId);
  return namesInSentence(
    sentence,
    jobs.flatMap(({ name }) => name ?? []),
  );
}
