import type { ServerResponse } from 'node:http';

/** What the simulator sends back. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer with a JSON body. */
export function answer(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

/** DRS's own error body (DRS API Reference, "Abnormal Request Results"). */
export function drsError(status: number, code: string, message: string): Answer {
  return answer(status, { error_code: code, error_msg: message });
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'X-Request-Id': 'simulated', ...headers });
  response.end(body);
}

/** The gateway's answer where an address does not offer an API. */
export function unpublished(): Answer {
  const message = 'The API does not exist or has not been published in the environment';
  return answer(404, { error_msg: message, error_code: 'APIGW.0101', request_id: 'simulated' });
}
