/** A temporary exclusive right to work on rows, which expires by itself. */
export interface LeaseRequest {
  /** Unique for this claim; every later write must name it. */
  readonly token: string;
  /** How long the right lasts, on the store's clock. */
  readonly leaseMs: number;
}
