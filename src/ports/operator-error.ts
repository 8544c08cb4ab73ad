/** What whoever runs the bot must mend. The message is for them: what is wrong and what to do. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}

/**
 * Whether waiting may help against what keeps the bot from starting: a fault that passes by itself; a refusal of its
 * credentials, which somebody may lift; or none of it.
 */
export type Remedy = 'passes' | 'refused' | 'stays';

/** The bot cannot start. The message is one sentence. */
export class StartError extends OperatorError {
  override readonly name: string = 'StartError';
  readonly remedy: Remedy;
  /** The other side asks not to be tried sooner, in ms. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly remedy?: Remedy; readonly retryAfterMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.remedy = options.remedy ?? 'stays';
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/**
 * Nothing can be written down: the disk is full. The message is one sentence. What was being done is not done, nothing of it;
 * it works again when there is room.
 */
export class DiskFullError extends OperatorError {
  override readonly name = 'DiskFullError';
}
