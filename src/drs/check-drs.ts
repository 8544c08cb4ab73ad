import { formatDuration } from '../domain/base/duration.ts';
import type { Finding } from '../domain/base/finding.ts';
import { bad, good, open } from '../domain/base/finding.ts';
import type { JobId } from '../domain/job/job-id.ts';
import { noSuchJobCode } from '../domain/job/progress-answer.ts';
import type { DrsFailure, DrsFailureReason, ProgressAnswer } from '../domain/job/progress-answer.ts';
import { MINUTE, SECOND } from '../domain/base/time.ts';
import { plainTextsIn } from '../words/plain-texts.ts';
import { createDrsClient } from './drs-client.ts';
import { explainOther, explainSilence, probeAddress } from './first-look.ts';
import { nameSome, othersThan } from './project-id.ts';
import type { Project } from './project-id.ts';
import { createSignIn } from './sign-in.ts';
import type { SignIn, SignInOptions } from './sign-in.ts';

const TIMEOUT_MS = 15 * SECOND;
/** A clock that is off by more than this is worth setting: signatures are refused at 15 minutes, and drift grows. */
const MAX_SKEW_MS = MINUTE;

/** Failures in which nobody looked at who asks. */
const BEFORE_SIGN_IN: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'timeout',
  'network',
  'throttled',
  'server_error',
  'not_found',
  'unreadable_answer',
]);
/** Failures that are about who asks. */
const ABOUT_SIGN_IN: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'credentials_rejected',
  'account_locked',
]);

const ADDRESS = 'DRS address';
const SIGN_IN = 'DRS sign-in';
const PROJECT = 'DRS project';
const READ = 'DRS read';

/** What the checks of DRS need. */
export interface DrsCheckOptions extends SignInOptions {
  /** No trailing slash. */
  readonly endpoint: string;
  /** The address was made after a pattern. */
  readonly isGuessed: boolean;
  /** `X-Language`. */
  readonly language: string;
  /** The job to ask about. */
  readonly job: { readonly id: JobId; readonly isWatched: boolean };
}

/** Reaches DRS, signs in, finds the project and reads the progress of one job. Changes nothing there. */
export async function checkDrs(options: DrsCheckOptions): Promise<readonly Finding[]> {
  const reach = await checkReach(options);
  const access = createSignIn(options);
  const refusal = await failedSignIn(options, access);
  if (refusal !== null) return [...reach, ...withoutSignIn(refusal)];
  const project = await access.findProject();
  if (!project.ok) return [...reach, ...withoutProject(options, project.failure)];
  return [...reach, ...(await checkRead(options, access, project.value))];
}

/** One request that needs no permission: whoever answers it tells the time, too. */
async function checkReach({ endpoint, isGuessed, dispatcher, clock }: DrsCheckOptions): Promise<readonly Finding[]> {
  const startedAt = clock.now();
  const found = await probeAddress({ endpoint, dispatcher });
  if (found.kind === 'silent')
    return [bad(ADDRESS, explainSilence(found.why, isGuessed)), open('Clock', 'not compared: DRS did not answer.')];
  const { status, isLikeDrs, date } = found;
  const guess = isGuessed
    ? ' It is a guess after DRS_REGION, which no published list has: if what follows is wrong, set DRS_ENDPOINT.'
    : '';
  return [
    isLikeDrs
      ? good(ADDRESS, `${endpoint} answers (HTTP ${status}).${guess}`)
      : bad(ADDRESS, explainOther(new URL(endpoint).host, status)),
    checkClock(date, startedAt, clock.now()),
  ];
}

/** @param date of the answer, in whole seconds; it was written at some moment between the two others */
function checkClock(date: number, before: number, after: number): Finding {
  if (Number.isNaN(date)) return open('Clock', 'not compared: the answer says no time.');
  const behindMs = date + SECOND / 2 - (before + after) / 2;
  if (Math.abs(behindMs) <= MAX_SKEW_MS) return good('Clock', "agrees with the cloud's.");
  const direction = behindMs > 0 ? 'behind' : 'ahead of';
  return bad(
    'Clock',
    `is ${formatDuration(Math.abs(behindMs))} ${direction} the cloud's: set it (NTP). From 15 min on DRS refuses access keys.`,
  );
}

/** Why no token was given for a password; null for access keys, which are tried with the first question. */
async function failedSignIn({ endpoint, credentials }: DrsCheckOptions, { auth }: SignIn): Promise<DrsFailure | null> {
  if (credentials.kind === 'keys') return null;
  const question = { method: 'GET' as const, url: `${endpoint}/`, headers: {}, body: '' };
  const authorization = await auth.authorize(question, AbortSignal.timeout(TIMEOUT_MS));
  return authorization.ok ? null : authorization.failure;
}

function withoutSignIn({ why }: DrsFailure): readonly Finding[] {
  return [
    bad(SIGN_IN, plainTextsIn('en').explain(why)),
    open(PROJECT, 'not looked for: signing in must work first.'),
    open(READ, 'not tried: signing in must work first.'),
  ];
}

function withoutProject(
  options: DrsCheckOptions,
  failure: DrsFailure,
  seen: readonly Project[] = [],
): readonly Finding[] {
  const shown = seen.length === 0 ? '' : ` IAM shows ${nameSome(seen)}.`;
  if (ABOUT_SIGN_IN.has(failure.reason)) return withoutSignIn(failure);
  return [
    signedIn(options, failure),
    bad(PROJECT, `${plainTextsIn('en').explain(failure.why)}${shown}`),
    open(READ, 'not tried: the project must be known first.'),
  ];
}

async function checkRead(options: DrsCheckOptions, access: SignIn, projectId: string): Promise<readonly Finding[]> {
  const { endpoint, language, job, dispatcher, clock, random, log } = options;
  const shared = { endpoint, language, dispatcher, clock, random, log };
  const client = createDrsClient({ ...shared, projectId, auth: access.auth, batchSize: 1, maxRps: 1 });
  const answer = (await client.fetchProgress([job.id])).get(job.id);
  const how = options.projectId === null ? `found by the region ${options.region ?? ''}` : 'as configured';
  const failure = answer?.kind === 'unanswered' ? answer.failure : null;
  if (failure !== null && ABOUT_SIGN_IN.has(failure.reason)) return withoutSignIn(failure);
  // Only now: until the key has got in, it must not be tried for what is only nice to know.
  const projects = await access.listProjects();
  const seen = projects.ok ? projects.value : [];
  if (failure?.reason === 'project_unknown') return withoutProject(options, failure, seen);
  const project = good(PROJECT, `${projectId}, ${how}.${besides(seen, projectId)}`);
  return [signedIn(options, failure), project, judgeRead(answer, job.isWatched)];
}

/** Other projects of whoever asks: the jobs may be in one of them, and nothing else would show that. */
function besides(projects: readonly Project[], projectId: string): string {
  const others = othersThan(projectId, projects);
  if (others.length === 0) return '';
  return ` IAM also shows ${nameSome(others)}: if your jobs are in one of these, set DRS_PROJECT_ID to its id.`;
}

/** @param failure of the question that the access key was tried with */
function signedIn({ credentials }: DrsCheckOptions, failure: DrsFailure | null): Finding {
  if (credentials.kind === 'password')
    return good(SIGN_IN, `${credentials.user} of ${credentials.domain} has a token.`);
  return failure !== null && BEFORE_SIGN_IN.has(failure.reason)
    ? open(SIGN_IN, 'not known: nobody has looked at the access key.')
    : good(SIGN_IN, 'the access key is accepted.');
}

/** Any answer will do for an id that is made up; a refusal of a watched job's is worth a look. */
function judgeRead(answer: ProgressAnswer | undefined, isWatched: boolean): Finding {
  switch (answer?.kind) {
    case 'report':
      return good(READ, `a watched job is ${answer.report.status}.`);
    case 'unanswered':
      return bad(READ, plainTextsIn('en').explain(answer.failure.why));
    case 'rejected':
    case 'item_error': {
      const label = answer.code ?? 'no code';
      if (noSuchJobCode(answer) !== null)
        return good(
          READ,
          isWatched
            ? `DRS answers: a watched job is gone (${label}).`
            : `DRS answers: it knows no job with a made-up id (${label}).`,
        );
      return isWatched
        ? bad(
            READ,
            `DRS refuses to tell the progress of a watched job (${label}): look at it in the DRS console, and check DRS_LANGUAGE.`,
          )
        : good(READ, `DRS answers: it refuses a made-up id (${label}).`);
    }
    case 'omitted':
    case undefined:
      return good(READ, 'DRS answers: it says nothing about the job it was asked about.');
  }
}
