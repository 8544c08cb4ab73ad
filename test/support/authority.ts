import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate authority of its own, and a server's certificate that it has signed. */
export interface Authority {
  /** The file with the authority's certificate. */
  readonly caFile: string;
  /** What the server shows, for `names`. */
  readonly server: { readonly key: string; readonly cert: string };
}

/**
 * Makes both with openssl, valid for a day.
 *
 * @param folder where they are kept
 * @param names of the server, as in a certificate: `DNS:localhost`, `IP:127.0.0.1`
 */
export async function makeAuthority(folder: string, names: string): Promise<Authority> {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => run('openssl', args);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '1',
    '-subj',
    '/CN=Own authority',
  );
  await openssl('req', '-new', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=server');
  await writeFile(at('server.ext'), `subjectAltName=${names}\n`);
  const signed = [
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '1',
    '-extfile',
    at('server.ext'),
  ];
  await openssl('x509', '-req', '-in', at('server.csr'), ...signed, '-out', at('server.pem'));
  const [serverKey, cert] = await Promise.all([readFile(at('server.key'), 'utf8'), readFile(at('server.pem'), 'utf8')]);
  return { caFile: at('ca.pem'), server: { key: serverKey, cert } };
}
