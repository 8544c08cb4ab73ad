/**
 * Why a port cannot be opened and what to do, in half a sentence.
 *
 * @param why the system's name for it
 * @param names the settings of the port and its host
 */
export function explainClosedPort(why: string, names: { readonly port: string; readonly host: string }): string {
  switch (why) {
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
      return `cannot be opened (${why}): this machine has no such address, so set ${names.host} to one of its own`;
    case 'EACCES':
      return `cannot be opened (${why}): the user the bot runs as may not open ports below 1024, so set ${names.port} to a higher one`;
    default:
      return `cannot be opened (${why}): stop what uses it, or set ${names.port} and ${names.host}`;
  }
}
