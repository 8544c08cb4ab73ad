import { shortId } from './job-id.ts';

/** What a job is called in a message: its name, or the beginning of its id while no name is known. */
export function jobName(job: { readonly jobId: string; readonly name: string | null }): string {
  return job.name ?? shortId(job.jobId);
}
