/** The state of the listener for Slack at one moment. */
export interface ListenerState {
  /** Slack can come in: the socket has been greeted, or the port is open. */
  readonly isOpen: boolean;
  /** For the operator: why it is not open; null when it is. */
  readonly why: string | null;
  /** Sockets that other processes hold with the same app-level token, for over a minute: each takes a part of all commands. */
  readonly otherSockets: number;
}
