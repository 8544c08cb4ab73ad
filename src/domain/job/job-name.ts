import { shortId } from './job-id.ts';

/** What a job is called in a message: its name, or the beginning of its id while it has none that can be seen. */
export function jobName(job: { readonly jobId: string; readonly name: string | null }): string {
  return job.name === null || job.name.trim() === '' ? shortId(job.jobId) : job.name;
}
