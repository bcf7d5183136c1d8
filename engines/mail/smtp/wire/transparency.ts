/**
 * Transparency of mail data (RFC 5321 §4.5.2): on the wire a line that begins with a dot gets another one, so that the
 * single dot can mark the end.
 */

/** A message's octets, lines ended by CRLF, as they go on the wire behind DATA: dots doubled, `.` and CRLF behind. */
export function stuffDots(message: string): string {
  const ended = message === '' || message.endsWith('\r\n') ? message : `${message}\r\n`;
  return `${ended.replace(/(^|\r\n)\./g, '$1..')}.\r\n`;
}

/** The opposite, for the octets before the terminating line. A dot before other text is taken off, as the standard says. */
export function unstuffDots(octets: string): string {
  return octets.replace(/(^|\r\n)\./g, '$1');
}
