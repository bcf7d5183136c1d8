/** Status codes (RFC 9110 §15, RFC 6585): their reason phrases, and who uses them here. */

export interface StatusDefinition {
  readonly phrase: string;
  readonly standard: string;
  /** What becomes of it here, for the reference page; null: it is only passed on and shown. */
  readonly here: string | null;
  /** A response without explicit freshness may be reused by a guess (RFC 9110 §15.1). */
  readonly heuristic?: true;
}

export const STATUSES: Readonly<Record<number, StatusDefinition>> = {
  100: { phrase: 'Continue', standard: 'RFC 9110 §15.2.1', here: 'sent before the content of a request that expects it' },
  101: { phrase: 'Switching Protocols', standard: 'RFC 9110 §15.2.2', here: null },
  200: { phrase: 'OK', standard: 'RFC 9110 §15.3.1', here: 'server, caches', heuristic: true },
  201: { phrase: 'Created', standard: 'RFC 9110 §15.3.2', here: 'PUT of something new' },
  202: { phrase: 'Accepted', standard: 'RFC 9110 §15.3.3', here: null },
  203: { phrase: 'Non-Authoritative Information', standard: 'RFC 9110 §15.3.4', here: null, heuristic: true },
  204: { phrase: 'No Content', standard: 'RFC 9110 §15.3.5', here: 'PUT, DELETE, OPTIONS', heuristic: true },
  205: { phrase: 'Reset Content', standard: 'RFC 9110 §15.3.6', here: null },
  206: { phrase: 'Partial Content', standard: 'RFC 9110 §15.3.7', here: 'ranges; several as multipart/byteranges' },
  300: { phrase: 'Multiple Choices', standard: 'RFC 9110 §15.4.1', here: null, heuristic: true },
  301: { phrase: 'Moved Permanently', standard: 'RFC 9110 §15.4.2', here: 'redirects, followed', heuristic: true },
  302: { phrase: 'Found', standard: 'RFC 9110 §15.4.3', here: 'redirects, followed' },
  303: { phrase: 'See Other', standard: 'RFC 9110 §15.4.4', here: 'redirects, followed with GET' },
  304: { phrase: 'Not Modified', standard: 'RFC 9110 §15.4.5', here: 'conditional requests; caches' },
  307: { phrase: 'Temporary Redirect', standard: 'RFC 9110 §15.4.8', here: 'redirects, followed with the same method' },
  308: {
    phrase: 'Permanent Redirect',
    standard: 'RFC 9110 §15.4.9',
    here: 'redirects, followed with the same method',
    heuristic: true,
  },
  400: { phrase: 'Bad Request', standard: 'RFC 9110 §15.5.1', here: 'malformed or ambiguous requests; the connection is closed' },
  401: { phrase: 'Unauthorized', standard: 'RFC 9110 §15.5.2', here: null },
  403: { phrase: 'Forbidden', standard: 'RFC 9110 §15.5.4', here: 'requests for which a web cache is no proxy' },
  404: { phrase: 'Not Found', standard: 'RFC 9110 §15.5.5', here: 'server', heuristic: true },
  405: { phrase: 'Method Not Allowed', standard: 'RFC 9110 §15.5.6', here: 'server, with Allow', heuristic: true },
  406: { phrase: 'Not Acceptable', standard: 'RFC 9110 §15.5.7', here: null },
  407: { phrase: 'Proxy Authentication Required', standard: 'RFC 9110 §15.5.8', here: null },
  408: { phrase: 'Request Timeout', standard: 'RFC 9110 §15.5.9', here: 'a request that does not come to its end' },
  409: { phrase: 'Conflict', standard: 'RFC 9110 §15.5.10', here: null },
  410: { phrase: 'Gone', standard: 'RFC 9110 §15.5.11', here: null, heuristic: true },
  411: { phrase: 'Length Required', standard: 'RFC 9110 §15.5.12', here: null },
  412: { phrase: 'Precondition Failed', standard: 'RFC 9110 §15.5.13', here: 'conditional requests' },
  413: { phrase: 'Content Too Large', standard: 'RFC 9110 §15.5.14', here: 'content beyond a website’s limit' },
  414: { phrase: 'URI Too Long', standard: 'RFC 9110 §15.5.15', here: 'request lines beyond 8,000 octets', heuristic: true },
  415: { phrase: 'Unsupported Media Type', standard: 'RFC 9110 §15.5.16', here: null },
  416: { phrase: 'Range Not Satisfiable', standard: 'RFC 9110 §15.5.17', here: 'ranges behind the end' },
  417: { phrase: 'Expectation Failed', standard: 'RFC 9110 §15.5.18', here: 'expectations other than 100-continue' },
  421: { phrase: 'Misdirected Request', standard: 'RFC 9110 §15.5.20', here: 'a Host that is no website of the server' },
  422: { phrase: 'Unprocessable Content', standard: 'RFC 9110 §15.5.21', here: null },
  426: { phrase: 'Upgrade Required', standard: 'RFC 9110 §15.5.22', here: null },
  428: { phrase: 'Precondition Required', standard: 'RFC 6585 §3', here: null },
  429: { phrase: 'Too Many Requests', standard: 'RFC 6585 §4', here: null },
  431: { phrase: 'Request Header Fields Too Large', standard: 'RFC 6585 §5', here: 'header sections beyond their limits' },
  500: { phrase: 'Internal Server Error', standard: 'RFC 9110 §15.6.1', here: null },
  501: { phrase: 'Not Implemented', standard: 'RFC 9110 §15.6.2', here: 'unknown methods and transfer codings', heuristic: true },
  502: { phrase: 'Bad Gateway', standard: 'RFC 9110 §15.6.3', here: 'web caches: the origin’s answer is none' },
  503: { phrase: 'Service Unavailable', standard: 'RFC 9110 §15.6.4', here: null },
  504: {
    phrase: 'Gateway Timeout',
    standard: 'RFC 9110 §15.6.5',
    here: 'web caches: no answer, or nobody to validate with; only-if-cached without one',
  },
  505: { phrase: 'HTTP Version Not Supported', standard: 'RFC 9110 §15.6.6', here: 'requests of another major version' },
};

/** Empty for a code that is not known. */
export function phraseOf(status: number): string {
  return STATUSES[status]?.phrase ?? '';
}

/** 1xx: the final response comes behind it (RFC 9110 §15.2). */
export function isInterim(status: number): boolean {
  return status >= 100 && status < 200;
}
