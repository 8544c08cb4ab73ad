import type { JobId } from '../domain/job/job-id.ts';
import { noSuchJobCode } from '../domain/job/progress-answer.ts';
import type { DrsFailure, ProgressAnswer, ProgressAnswers } from '../domain/job/progress-answer.ts';

/** What a request for some ids came to. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answers: ProgressAnswers }
  | RefusedRequest
  /** It failed for a reason that has nothing to do with its ids. */
  | { readonly kind: 'failed'; readonly failure: DrsFailure };

/** The request was refused, perhaps because of one of its ids. */
export interface RefusedRequest {
  readonly kind: 'refused';
  readonly failure: DrsFailure;
  readonly code: string | null;
  readonly message: string | null;
}

/** Sends one request. `first`: one that is tried again where that may help; a part of a batch is not. */
export type Request = (ids: readonly JobId[], first: boolean) => Promise<Outcome>;

/** Ids that were refused together and have not been cleared since: one of them may be odd. */
interface Group {
  readonly ids: Set<JobId>;
  /** Parts of it that were refused while nothing showed that DRS is well. */
  fruitless: number;
  /** How many requests had been answered when it was refused last. */
  answered: number;
}

/**
 * Finds ids that make DRS refuse every request they are in, so that they cost the other ids nothing. It halves a refused
 * batch until the odd id is alone; as long as nothing shows that DRS answers anybody, it asks for one part of the batch in
 * each call. What it has found out is remembered for as long as the process lives; after a restart it starts over.
 */
export class OddIds {
  readonly #groups: Group[] = [];
  #answered = 0;

  /** One answer for each id. Ids under suspicion are asked apart from the rest, which therefore does not wait. */
  async ask(ids: readonly JobId[], request: Request): Promise<ProgressAnswers> {
    const search = new Search(this, request);
    for (const part of this.#partsOf(ids)) await search.askPart(part);
    await search.judge(ids.length === 1);
    return search.answers;
  }

  /** How many requests have been answered, by whomever they were made. */
  get answered(): number {
    return this.#answered;
  }

  /** A request for these ids was answered. */
  clear(ids: readonly JobId[]): void {
    this.#answered += 1;
    this.#forget(ids);
  }

  /** These ids are from now on a group of their own. */
  suspect(ids: readonly JobId[]): Group {
    this.#forget(ids);
    const group: Group = { ids: new Set(ids), fruitless: 0, answered: this.#answered };
    this.#groups.push(group);
    return group;
  }

  groupOf(jobId: JobId): Group | undefined {
    return this.#groups.find((group) => group.ids.has(jobId));
  }

  #forget(ids: readonly JobId[]): void {
    for (const group of this.#groups) for (const id of ids) group.ids.delete(id);
    const kept = this.#groups.filter((group) => group.ids.size > 0);
    this.#groups.splice(0, this.#groups.length, ...kept);
  }

  /** Those that nobody suspects, then one part for each group. */
  #partsOf(ids: readonly JobId[]): readonly (readonly JobId[])[] {
    const parts = new Map<Group | null, JobId[]>([[null, []]]);
    for (const id of ids) {
      const group = this.groupOf(id) ?? null;
      parts.set(group, [...(parts.get(group) ?? []), id]);
    }
    return [...parts.values()].filter((part) => part.length > 0);
  }
}

/** One call: what it has found out so far. */
class Search {
  readonly answers = new Map<JobId, ProgressAnswer>();
  readonly #memory: OddIds;
  readonly #request: Request;
  readonly #answeredBefore: number;
  /** Ids that were refused when asked alone, and how many requests had been answered by then. */
  readonly #alone: {
    readonly id: JobId;
    readonly refusal: RefusedRequest;
    readonly answered: number;
    isProven: boolean;
  }[] = [];

  constructor(memory: OddIds, request: Request) {
    this.#memory = memory;
    this.#request = request;
    this.#answeredBefore = memory.answered;
  }

  /** Asks for ids of which none is suspected, or all of one group. */
  async askPart(ids: readonly JobId[]): Promise<void> {
    const [first] = ids;
    const known = first === undefined ? undefined : this.#memory.groupOf(first);
    const outcome = await this.#send(ids, known === undefined);
    if (outcome.kind !== 'refused') return;
    const group = known ?? this.#memory.suspect(ids);
    await (ids.length === 1 ? this.#noteAlone(ids, outcome, group) : this.#narrow(ids, group, outcome));
    group.answered = this.#memory.answered;
  }

  /**
   * Says of the ids that were refused alone whether they are odd: something else was answered since, or they are one while
   * others of the same call were answered. Several last ones might have met a DRS that has just fallen silent.
   */
  async judge(isSingle: boolean): Promise<void> {
    const open = this.#alone.filter((one) => !one.isProven && one.answered === this.#memory.answered);
    const hasAnswers = this.#memory.answered > this.#answeredBefore;
    const isWell = hasAnswers && (open.length < 2 || (await this.#isStillWell()));
    for (const one of this.#alone) {
      const { code, message } = one.refusal;
      const rejected: ProgressAnswer = { kind: 'rejected', code, message };
      const isOdd = isWell || !open.includes(one) || (isSingle && noSuchJobCode(rejected) !== null);
      this.answers.set(one.id, isOdd ? rejected : { kind: 'unanswered', failure: one.refusal.failure });
    }
  }

  /** Asks for part after part of ids that were refused together. */
  async #narrow(ids: readonly JobId[], group: Group, refusal: RefusedRequest): Promise<void> {
    const isWell = () => this.#memory.answered > group.answered;
    const { part, rest } = partOf(ids, group.fruitless);
    const outcome = await this.#send(part, false);
    if (outcome.kind === 'answered') return await this.#isolate(rest, rest.length === 1 ? null : refusal);
    if (outcome.kind === 'failed') return this.#leave(ids, outcome.failure);
    group.fruitless += 1;
    if (!isWell()) return this.#leave(ids, refusal.failure);
    await this.#isolate(part, outcome);
    await this.#isolate(rest, null);
  }

  /** Halves ids until each that is refused is alone; DRS is known to answer others. */
  async #isolate(ids: readonly JobId[], known: RefusedRequest | null): Promise<void> {
    const outcome = known ?? (await this.#send(ids, false));
    if (outcome.kind === 'answered') return;
    const group = this.#memory.suspect(ids);
    if (outcome.kind === 'failed') return this.#leave(ids, outcome.failure);
    if (ids.length === 1) return this.#noteAlone(ids, outcome, group);
    const middle = Math.ceil(ids.length / 2);
    await this.#isolate(ids.slice(0, middle), null);
    await this.#isolate(ids.slice(middle), null);
  }

  async #send(ids: readonly JobId[], first: boolean): Promise<Outcome> {
    const outcome = await this.#request(ids, first);
    if (outcome.kind === 'answered') {
      this.#memory.clear(ids);
      for (const [id, answer] of outcome.answers) this.answers.set(id, answer);
    } else this.#leave(ids, outcome.failure);
    return outcome;
  }

  /** Whoever is not answered later in this call stays so. */
  #leave(ids: readonly JobId[], failure: DrsFailure): void {
    for (const id of ids) if (!this.answers.has(id)) this.answers.set(id, { kind: 'unanswered', failure });
  }

  /** An id that was refused before is odd when others were answered since. */
  #noteAlone(ids: readonly JobId[], refusal: RefusedRequest, group: Group): void {
    const { answered } = this.#memory;
    for (const id of ids) this.#alone.push({ id, refusal, answered, isProven: answered > group.answered });
  }

  /** Asks once more for an id that was answered in this call. */
  async #isStillWell(): Promise<boolean> {
    const [good] = [...this.answers].find(([, answer]) => answer.kind !== 'unanswered') ?? [];
    return good !== undefined && (await this.#request([good], false)).kind === 'answered';
  }
}

/** A part of some ids to ask for, and the rest: each half in turn, then each quarter, down to single ids, and again. */
function partOf(
  ids: readonly JobId[],
  turn: number,
): { readonly part: readonly JobId[]; readonly rest: readonly JobId[] } {
  const sizes: number[] = [];
  for (let size = Math.ceil(ids.length / 2); sizes.at(-1) !== 1; size = Math.ceil(size / 2)) sizes.push(size);
  const starts = sizes.flatMap((size) =>
    Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ({
      from: index * size,
      to: (index + 1) * size,
    })),
  );
  const { from, to } = starts[turn % starts.length] ?? { from: 0, to: 1 };
  const ordered = ids.toSorted();
  return { part: ordered.slice(from, to), rest: [...ordered.slice(0, from), ...ordered.slice(to)] };
}
