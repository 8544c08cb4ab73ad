/** What a job looks like from outside at one moment: raw fields as the API sends them. */
export interface RawProgress {
  readonly transfer_status: string;
  readonly progress: string;
  readonly incre_trans_delay: string;
  readonly incre_trans_delay_millis?: string;
  readonly progress_map?: Readonly<
    Record<string, { readonly completed: string; readonly remaining_time: string | null }>
  >;
}

/** A stretch of a scripted life: a status and how long it lasts, in ms. The last one lasts for ever. */
export interface Phase {
  readonly status: string;
  readonly lastsMs: number;
}

/** The whole life of a full-plus-incremental job, in the order DRS goes through it. */
export const WHOLE_LIFE: readonly Phase[] = [
  { status: 'CREATING', lastsMs: 60_000 },
  { status: 'CONFIGURATION', lastsMs: 120_000 },
  { status: 'STARTJOBING', lastsMs: 60_000 },
  { status: 'FULL_TRANSFER_STARTED', lastsMs: 3_600_000 },
  { status: 'FULL_TRANSFER_COMPLETE', lastsMs: 60_000 },
  { status: 'INCRE_TRANSFER_STARTED', lastsMs: 7_200_000 },
  { status: 'RELEASE_RESOURCE_STARTED', lastsMs: 60_000 },
  { status: 'RELEASE_RESOURCE_COMPLETE', lastsMs: 3_600_000 },
  { status: 'DELETED', lastsMs: 0 },
];

/** Replication begins this far behind, per ms of full copy, and catches up twice as fast as time passes. */
const CATCH_UP_RATE = 2;

/** What a scripted job shows `elapsedMs` after its creation. Pure. */
export function progressAt(script: readonly Phase[], elapsedMs: number): RawProgress {
  let startMs = 0;
  let backlogMs = 0;
  for (const [index, phase] of script.entries()) {
    const insideMs = elapsedMs - startMs;
    if (insideMs < phase.lastsMs || index === script.length - 1) return inPhase(phase, insideMs, backlogMs);
    if (phase.status === 'FULL_TRANSFER_STARTED') backlogMs = phase.lastsMs;
    startMs += phase.lastsMs;
  }
  throw new RangeError('a script needs at least one phase');
}

function inPhase(phase: Phase, insideMs: number, backlogMs: number): RawProgress {
  switch (phase.status) {
    case 'FULL_TRANSFER_STARTED':
      return fullCopy(phase.lastsMs === 0 ? 0 : insideMs / phase.lastsMs);
    case 'FULL_TRANSFER_COMPLETE':
      // Seen in the vendor's own sample: the overall figure says 0 while the parts are done.
      return { ...idle(phase.status), incre_trans_delay: '-1', progress_map: parts(100, 100, 100) };
    case 'INCRE_TRANSFER_STARTED': {
      const lagMs = Math.max(1_000, backlogMs - insideMs * CATCH_UP_RATE);
      return {
        transfer_status: phase.status,
        progress: '100',
        incre_trans_delay: String(Math.floor(lagMs / 1_000)),
        incre_trans_delay_millis: String(Math.floor(lagMs)),
      };
    }
    default:
      return idle(phase.status);
  }
}

/** Structure first, then data, then indexes. */
function fullCopy(done: number): RawProgress {
  const struct = Math.min(100, Math.floor(done * 1_000));
  const data = Math.min(100, Math.floor(Math.max(0, done - 0.1) * 125));
  const index = Math.min(100, Math.floor(Math.max(0, done - 0.9) * 1_000));
  return { ...idle('FULL_TRANSFER_STARTED'), incre_trans_delay: '-1', progress_map: parts(struct, data, index) };
}

function idle(status: string): RawProgress {
  return { transfer_status: status, progress: '0', incre_trans_delay: '0' };
}

function parts(struct: number, data: number, index: number) {
  const part = (percent: number) => ({ completed: `${percent}%`, remaining_time: null });
  return { struct: part(struct), data: part(data), index: part(index) };
}
