import { parseJobId } from '../../src/domain/job/job-id.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import type { Fault } from './faults.ts';
import type { SimulatedComparison, SimulatedLogLine, SimulatedOperation } from './insights.ts';
import { progressAt } from './lifecycle.ts';
import type { Phase } from './lifecycle.ts';

/** Any field of a result item, as it is to be sent: text, number, null; `undefined` leaves it out. */
export type RawFields = Readonly<Record<string, unknown>>;

/** A realistic id, the same for the same number. */
export function simulatedJobId(number: number): JobId {
  const hex = (seed: number, length: number) =>
    ((Math.imul(number + 1, seed) ^ Math.imul(seed, 0x5bd1e995)) >>> 0).toString(16).padStart(8, '0').slice(0, length);
  const id = parseJobId(
    `${hex(2654435761, 8)}-${hex(40503, 4)}-4${hex(69069, 3)}-8${hex(1103515245, 3)}-${hex(1664525, 8)}jb2${number % 10}`,
  );
  if (id === null) throw new TypeError('the simulator made a malformed job id');
  return id;
}

/** A whole request that is refused because of one job. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
}

const NO_SUCH_TASK: Refusal = { status: 400, code: 'DRS.M00289' };

/** What a job is, whatever it does. */
export interface JobAbout {
  readonly id: JobId;
  readonly name: string;
  readonly type: string;
  readonly parentId: JobId | null;
}

/** One job of the simulator, to be told what to become. */
export class SimulatedJob {
  readonly id: JobId;
  name: string;
  /** DRS's word for its kind. */
  readonly type: string;
  /** The job it is a part of. */
  readonly parentId: JobId | null;
  /** Fields of batch detail beside the usual ones, such as `error_message`. */
  detail: RawFields = {};
  /** What the RPO and RTO query says; null for an error. */
  recovery: RawFields | null = null;
  /** What DRS compared, who did what, what its log says: oldest first. */
  readonly comparisons: SimulatedComparison[] = [];
  readonly operations: SimulatedOperation[] = [];
  readonly log: SimulatedLogLine[] = [];
  /** How DRS treats it while it is abnormal: days as text, as it sends them. */
  terms = { expiredDays: '14', chargingMode: 'on_demand' };
  /** `engine_type` of the lists: `mysql`, or `mysql-to-taurus`. */
  engines = 'mysql';
  /** A parent that is not asked for progress: its sub-jobs are. */
  silent = false;
  readonly #clock: () => number;
  #fields: RawFields;
  #script: { readonly phases: readonly Phase[]; readonly from: number } | null = null;
  deleted = false;
  /** The lists of jobs lack it, whatever else is known of it. */
  unlisted = false;
  /** How its presence makes DRS refuse the whole request; null when it does not. */
  refusal: Refusal | null = null;
  fault: Fault | null = null;

  constructor(about: JobAbout, fields: RawFields, clock: () => number) {
    this.id = about.id;
    this.name = about.name;
    this.type = about.type;
    this.parentId = about.parentId;
    this.#clock = clock;
    this.#fields = { task_mode: 'FULL_INCR_TRANS', process_time: '0', remaining_time: '0', ...fields };
  }

  /** Enters a status, with whatever other fields are given; progress and lag follow the status unless given. */
  becomes(status: string, fields: RawFields = {}): this {
    this.#script = null;
    const { task_mode, process_time, remaining_time } = this.#fields;
    this.#fields = { task_mode, process_time, remaining_time, ...progressAt([{ status, lastsMs: 0 }], 0), ...fields };
    return this;
  }

  /** Changes single fields and leaves the rest. */
  set(fields: RawFields): this {
    this.#fields = { ...this.#fields, ...fields };
    return this;
  }

  /** From now on lives through a script, on the simulator's clock. */
  follows(phases: readonly Phase[]): this {
    this.#script = { phases, from: this.#clock() };
    return this;
  }

  /** Every progress request that asks about this job goes wrong like this, until it is null. */
  spoil(fault: Fault | null): this {
    this.fault = fault;
    return this;
  }

  /** Present in requests like any other, but the whole request fails, with any status and code; null ends it. */
  poison(refusal: Refusal | null = NO_SUCH_TASK): this {
    this.refusal = refusal;
    return this;
  }

  delete(): this {
    this.deleted = true;
    return this;
  }

  /** Undoes a deletion, as when access to a project comes back. */
  restore(): this {
    this.deleted = false;
    return this;
  }

  /** From now on it is called otherwise. */
  rename(name: string): this {
    this.name = name;
    return this;
  }

  /** Its status now. */
  get status(): string {
    const status = this.toItem()['transfer_status'];
    return typeof status === 'string' ? status : '';
  }

  /** From now on batch detail says this as well. */
  explains(detail: RawFields): this {
    this.detail = { ...this.detail, ...detail };
    return this;
  }

  /** The result item as DRS would send it now. */
  toItem(): RawFields {
    const scripted = this.#script === null ? {} : progressAt(this.#script.phases, this.#clock() - this.#script.from);
    return { job_id: this.id, ...this.#fields, ...scripted };
  }
}
