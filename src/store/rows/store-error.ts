import { StartError } from '../../ports/start-error.ts';

/** The database cannot be used. The message is one sentence: what is wrong and what to do. */
export class StoreError extends StartError {
  override readonly name = 'StoreError';
}
