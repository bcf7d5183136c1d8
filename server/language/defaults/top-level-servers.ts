/** The servers at the top of DNS under their real names and addresses: where resolvers begin (RFC 8109 §2.1). */

export interface TopLevelServer {
  readonly name: string;
  readonly address: string;
}

const named = (domain: string, addresses: readonly string[]): TopLevelServer[] =>
  addresses.map((address, i) => ({ name: `${'abcdefghijklm'[i]}.${domain}`, address }));

/** Thirteen names, each with an address that many machines share. */
export const ROOT_SERVERS = named('root-servers.net', [
  '198.41.0.4',
  '170.247.170.2',
  '192.33.4.12',
  '199.7.91.13',
  '192.203.230.10',
  '192.5.5.241',
  '192.112.36.4',
  '198.97.190.53',
  '192.36.148.17',
  '192.58.128.30',
  '193.0.14.129',
  '199.7.83.42',
  '202.12.27.33',
]);

/** Of com and net. */
export const GENERIC_SERVERS = named('gtld-servers.net', [
  '192.5.6.30',
  '192.33.14.30',
  '192.26.92.30',
  '192.31.80.30',
  '192.12.94.30',
  '192.35.51.30',
  '192.42.93.30',
  '192.54.112.30',
  '192.43.172.30',
  '192.48.79.30',
  '192.52.178.30',
  '192.41.162.30',
  '192.55.83.30',
]);
