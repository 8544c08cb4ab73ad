/** What whoever runs the bot must mend. The message is for them: what is wrong and what to do. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}

/** The bot cannot start. The message is one sentence. */
export class StartError extends OperatorError {
  override readonly name: string = 'StartError';
}

/**
 * Nothing can be written down: the disk is full. The message is one sentence. What was being done is not done, nothing of it;
 * it works again when there is room.
 */
export class DiskFullError extends OperatorError {
  override readonly name = 'DiskFullError';
}
