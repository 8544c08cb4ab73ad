import { OperatorError } from '../../ports/operator-error.ts';

/** The database cannot be used. The message is one sentence: what is wrong and what to do. */
export class StoreError extends OperatorError {
  override readonly name = 'StoreError';
}
