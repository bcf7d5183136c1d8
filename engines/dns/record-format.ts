/**
 * The formats of record data, as one table: which fields a type has, in order, on the wire and in master files alike.
 * Decoder, encoder, dissector, presentation form and master-file reader all work from it; a new type is one entry here and
 * one line in records.ts.
 */

/**
 * `name`: may be compressed when sent; `uncompressed name`: must not be (RFC 3597 §4: only the types of RFC 1035 may).
 * `time`: seconds in 32 bits; `string`: length byte and bytes; `strings`: one or more of them, to the end of the data;
 * `tag`: like `string`, letters and digits; `text`: all bytes to the end; `type`: the number of a record type; `timestamp`:
 * seconds since 1970 modulo 2^32, written YYYYMMDDHHmmSS (RFC 4034 §3.2); `hex` and `base64`: all bytes to the end, as such
 * text; `types`: a bitmap of record types, to the end (RFC 4034 §4.1.2).
 */
export type FieldKind =
  | 'ipv4'
  | 'ipv6'
  | 'name'
  | 'uncompressed name'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'time'
  | 'string'
  | 'strings'
  | 'tag'
  | 'text'
  | 'type'
  | 'timestamp'
  | 'hex'
  | 'base64'
  | 'types';

export interface FieldFormat {
  /** Property of the RecordData. */
  readonly key: string;
  readonly kind: FieldKind;
  /** The standard's name for it. */
  readonly name: string;
  /** One line. */
  readonly meaning: string;
}

export interface RecordFormat {
  readonly type: string;
  readonly number: number;
  readonly doc: string;
  readonly standard: string;
  readonly fields: readonly FieldFormat[];
}

export const recordFormats: readonly RecordFormat[] = [
  {
    type: 'A',
    number: 1,
    doc: 'the IPv4 address of a host',
    standard: 'RFC 1035 §3.4.1',
    fields: [{ key: 'address', kind: 'ipv4', name: 'ADDRESS', meaning: 'IPv4 address of the host' }],
  },
  {
    type: 'NS',
    number: 2,
    doc: 'a name server of the domain',
    standard: 'RFC 1035 §3.3.11',
    fields: [{ key: 'server', kind: 'name', name: 'NSDNAME', meaning: 'a host that is authoritative for the domain' }],
  },
  {
    type: 'CNAME',
    number: 5,
    doc: 'the canonical name of an alias',
    standard: 'RFC 1035 §3.3.1',
    fields: [{ key: 'target', kind: 'name', name: 'CNAME', meaning: 'the canonical name; the owner is an alias of it' }],
  },
  {
    type: 'SOA',
    number: 6,
    doc: 'the start of a zone of authority',
    standard: 'RFC 1035 §3.3.13',
    fields: [
      { key: 'primary', kind: 'name', name: 'MNAME', meaning: 'primary name server of the zone' },
      { key: 'mailbox', kind: 'name', name: 'RNAME', meaning: 'mailbox of the person responsible, its first dot read as @' },
      { key: 'serial', kind: 'uint32', name: 'SERIAL', meaning: 'version of the zone' },
      { key: 'refresh', kind: 'time', name: 'REFRESH', meaning: 'seconds between a secondary’s checks for a new version' },
      { key: 'retry', kind: 'time', name: 'RETRY', meaning: 'seconds until a failed check is tried again' },
      { key: 'expire', kind: 'time', name: 'EXPIRE', meaning: 'seconds until a secondary without contact stops answering' },
      { key: 'minimum', kind: 'time', name: 'MINIMUM', meaning: 'greatest TTL of negative answers, in seconds (RFC 2308 §4)' },
    ],
  },
  {
    type: 'PTR',
    number: 12,
    doc: 'a pointer to another name, mostly from an address back to its host',
    standard: 'RFC 1035 §3.3.12',
    fields: [{ key: 'target', kind: 'name', name: 'PTRDNAME', meaning: 'the name pointed to' }],
  },
  {
    type: 'HINFO',
    number: 13,
    doc: 'the kind of machine and its operating system',
    standard: 'RFC 1035 §3.3.2',
    fields: [
      { key: 'cpu', kind: 'string', name: 'CPU', meaning: 'the kind of machine' },
      { key: 'os', kind: 'string', name: 'OS', meaning: 'its operating system' },
    ],
  },
  {
    type: 'MX',
    number: 15,
    doc: 'a mail server that takes the domain’s mail',
    standard: 'RFC 1035 §3.3.9',
    fields: [
      { key: 'preference', kind: 'uint16', name: 'PREFERENCE', meaning: 'lower values are tried first' },
      { key: 'exchange', kind: 'name', name: 'EXCHANGE', meaning: 'host that takes mail for the owner’s domain' },
    ],
  },
  {
    type: 'TXT',
    number: 16,
    doc: 'text for whatever use',
    standard: 'RFC 1035 §3.3.14',
    fields: [{ key: 'strings', kind: 'strings', name: 'TXT-DATA', meaning: 'one or more strings of at most 255 bytes' }],
  },
  {
    type: 'AAAA',
    number: 28,
    doc: 'the IPv6 address of a host',
    standard: 'RFC 3596 §2.1',
    fields: [{ key: 'address', kind: 'ipv6', name: 'ADDRESS', meaning: 'IPv6 address of the host' }],
  },
  {
    type: 'SRV',
    number: 33,
    doc: 'the hosts and ports of a service',
    standard: 'RFC 2782',
    fields: [
      { key: 'priority', kind: 'uint16', name: 'Priority', meaning: 'lower values are tried first' },
      { key: 'weight', kind: 'uint16', name: 'Weight', meaning: 'share among records of one priority' },
      { key: 'port', kind: 'uint16', name: 'Port', meaning: 'port of the service on the target' },
      { key: 'target', kind: 'uncompressed name', name: 'Target', meaning: 'host that offers the service; “.” if there is none' },
    ],
  },
  {
    type: 'NAPTR',
    number: 35,
    doc: 'a rule that rewrites the name into a URI or another name to ask for',
    standard: 'RFC 3403 §4.1',
    fields: [
      { key: 'order', kind: 'uint16', name: 'ORDER', meaning: 'lower values are taken first, without choice' },
      { key: 'preference', kind: 'uint16', name: 'PREFERENCE', meaning: 'among rules of one order, lower values are tried first' },
      { key: 'flags', kind: 'string', name: 'FLAGS', meaning: '“S”, “A”, “U”, “P”: what the result is; empty: another rule’s name' },
      { key: 'services', kind: 'string', name: 'SERVICES', meaning: 'the services that the rule leads to' },
      { key: 'regexp', kind: 'string', name: 'REGEXP', meaning: 'substitution that is applied to what the client looks for' },
      { key: 'replacement', kind: 'uncompressed name', name: 'REPLACEMENT', meaning: 'next name to ask for, where there is no REGEXP' },
    ],
  },
  {
    type: 'DNAME',
    number: 39,
    doc: 'another name in whose place the whole tree below the owner stands',
    standard: 'RFC 6672 §2.1',
    fields: [
      { key: 'target', kind: 'uncompressed name', name: 'Target', meaning: 'what the owner is replaced with at the end of names below it' },
    ],
  },
  {
    type: 'DS',
    number: 43,
    doc: 'the digest of a key of the delegated zone, signed by its parent',
    standard: 'RFC 4034 §5',
    fields: [
      { key: 'keyTag', kind: 'uint16', name: 'Key Tag', meaning: 'checksum that tells which DNSKEY is meant' },
      { key: 'algorithm', kind: 'uint8', name: 'Algorithm', meaning: 'algorithm of that DNSKEY' },
      { key: 'digestType', kind: 'uint8', name: 'Digest Type', meaning: '2: SHA-256, 4: SHA-384' },
      { key: 'digest', kind: 'hex', name: 'Digest', meaning: 'hash of the owner’s name and the DNSKEY' },
    ],
  },
  {
    type: 'SSHFP',
    number: 44,
    doc: 'the fingerprint of a host’s SSH key',
    standard: 'RFC 4255 §3.1',
    fields: [
      { key: 'algorithm', kind: 'uint8', name: 'Algorithm', meaning: '1: RSA, 3: ECDSA, 4: Ed25519' },
      { key: 'fingerprintType', kind: 'uint8', name: 'FP Type', meaning: '1: SHA-1, 2: SHA-256' },
      { key: 'fingerprint', kind: 'hex', name: 'Fingerprint', meaning: 'hash of the host’s public key' },
    ],
  },
  {
    type: 'RRSIG',
    number: 46,
    doc: 'the signature of a record set',
    standard: 'RFC 4034 §3',
    fields: [
      { key: 'typeCovered', kind: 'type', name: 'Type Covered', meaning: 'type of the records that it signs' },
      { key: 'algorithm', kind: 'uint8', name: 'Algorithm', meaning: '8: RSA/SHA-256, 13: ECDSA P-256, 15: Ed25519' },
      { key: 'labels', kind: 'uint8', name: 'Labels', meaning: 'labels of the owner as signed; fewer than it has: a wildcard made it' },
      { key: 'originalTtl', kind: 'uint32', name: 'Original TTL', meaning: 'TTL in the zone, in seconds' },
      { key: 'expiration', kind: 'timestamp', name: 'Signature Expiration', meaning: 'not valid after' },
      { key: 'inception', kind: 'timestamp', name: 'Signature Inception', meaning: 'not valid before' },
      { key: 'keyTag', kind: 'uint16', name: 'Key Tag', meaning: 'checksum that tells which DNSKEY verifies it' },
      { key: 'signer', kind: 'uncompressed name', name: 'Signer’s Name', meaning: 'zone whose key signed' },
      { key: 'signature', kind: 'base64', name: 'Signature', meaning: 'over the RDATA above and the record set in canonical form' },
    ],
  },
  {
    type: 'NSEC',
    number: 47,
    doc: 'the next name of the zone, and the types at this one: what lies between does not exist',
    standard: 'RFC 4034 §4',
    fields: [
      { key: 'next', kind: 'uncompressed name', name: 'Next Domain Name', meaning: 'next name of the zone in canonical order' },
      { key: 'types', kind: 'types', name: 'Type Bit Maps', meaning: 'record types that exist at the owner' },
    ],
  },
  {
    type: 'DNSKEY',
    number: 48,
    doc: 'a public key of the zone',
    standard: 'RFC 4034 §2',
    fields: [
      { key: 'flags', kind: 'uint16', name: 'Flags', meaning: '256: zone key, 257: zone key that is a secure entry point' },
      { key: 'protocol', kind: 'uint8', name: 'Protocol', meaning: 'always 3' },
      { key: 'algorithm', kind: 'uint8', name: 'Algorithm', meaning: '8: RSA/SHA-256, 13: ECDSA P-256, 15: Ed25519' },
      { key: 'publicKey', kind: 'base64', name: 'Public Key', meaning: 'in the algorithm’s own format' },
    ],
  },
  {
    type: 'TLSA',
    number: 52,
    doc: 'the certificate or key that a TLS server presents',
    standard: 'RFC 6698 §2.1',
    fields: [
      { key: 'usage', kind: 'uint8', name: 'Certificate Usage', meaning: '0 and 1: beside the usual authorities; 2 and 3: in their place' },
      { key: 'selector', kind: 'uint8', name: 'Selector', meaning: '0: the whole certificate, 1: its public key' },
      { key: 'matchingType', kind: 'uint8', name: 'Matching Type', meaning: '0: the bytes themselves, 1: SHA-256, 2: SHA-512' },
      { key: 'association', kind: 'hex', name: 'Certificate Association Data', meaning: 'bytes to match' },
    ],
  },
  {
    type: 'CAA',
    number: 257,
    doc: 'who may issue certificates for the domain',
    standard: 'RFC 8659 §4.1',
    fields: [
      { key: 'flags', kind: 'uint8', name: 'Flags', meaning: '128: issuer-critical' },
      { key: 'tag', kind: 'tag', name: 'Tag', meaning: 'the property, such as issue or iodef' },
      { key: 'value', kind: 'text', name: 'Value', meaning: 'the property’s value' },
    ],
  },
];

/** By type name and by number. */
const byType = new Map(recordFormats.map((format) => [format.type, format]));
const byNumber = new Map(recordFormats.map((format) => [format.number, format]));

export function formatOf(type: string): RecordFormat | undefined {
  return byType.get(type);
}

export function formatNumbered(number: number): RecordFormat | undefined {
  return byNumber.get(number);
}

/** Types that only questions ask for (RFC 1035 §3.2.3). */
const questionTypes: readonly (readonly [string, number])[] = [
  ['IXFR', 251],
  ['AXFR', 252],
  ['MAILB', 253],
  ['MAILA', 254],
  ['ANY', 255],
];

/** The number of a type as it is written (`MX`, `ANY`, `TYPE65534`, any case); undefined for a word that names none. */
export function typeNumber(type: string): number | undefined {
  const upper = type.toUpperCase();
  const known = byType.get(upper)?.number ?? questionTypes.find(([name]) => name === upper)?.[1];
  if (known !== undefined) return known;
  const unknown = /^TYPE([0-9]{1,5})$/.exec(upper);
  return unknown && Number(unknown[1]) <= 0xffff ? Number(unknown[1]) : undefined;
}

/** `MX` for 15, `TYPE65534` for a number without a name (RFC 3597 §5). */
export function typeName(number: number): string {
  return byNumber.get(number)?.type ?? questionTypes.find(([, n]) => n === number)?.[0] ?? `TYPE${number}`;
}

/** A type by its name however it is written: `AAAA` for `TYPE28` and `aaaa` (RFC 3597 §5). A word that names none stays as it is. */
export function typeCalled(written: string): string {
  const number = typeNumber(written);
  return number === undefined ? written : typeName(number);
}
