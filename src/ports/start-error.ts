/** The bot cannot start. The message is one sentence for the operator: what is wrong and what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/**
 * Nothing can be written down: the disk is full. The message is one sentence for the operator. What was being done is not
 * done, nothing of it; it works again when there is room.
 */
export class DiskFullError extends StartError {
  override readonly name = 'DiskFullError';
}
