/** DNS messages as plain data (RFC 1035 §4.1; RFC 6891 §6.1). */
import { canonical } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';

/** A code without a name is written with its number, as types are. */
export type Opcode = 'QUERY' | 'IQUERY' | 'STATUS' | 'NOTIFY' | 'UPDATE' | `OPCODE${number}`;
export type ResponseCode =
  | 'NOERROR'
  | 'FORMERR'
  | 'SERVFAIL'
  | 'NXDOMAIN'
  | 'NOTIMP'
  | 'REFUSED'
  | 'YXDOMAIN'
  | 'YXRRSET'
  | 'NXRRSET'
  | 'NOTAUTH'
  | 'NOTZONE'
  | 'BADVERS'
  | `RCODE${number}`;

export const opcodes: readonly (readonly [Opcode, number])[] = [
  ['QUERY', 0],
  ['IQUERY', 1],
  ['STATUS', 2],
  ['NOTIFY', 4],
  ['UPDATE', 5],
];
/** RFC 6895 §2.3. BADVERS needs EDNS: it does not fit the header's four bits. */
export const responseCodes: readonly (readonly [ResponseCode, number])[] = [
  ['NOERROR', 0],
  ['FORMERR', 1],
  ['SERVFAIL', 2],
  ['NXDOMAIN', 3],
  ['NOTIMP', 4],
  ['REFUSED', 5],
  ['YXDOMAIN', 6],
  ['YXRRSET', 7],
  ['NXRRSET', 8],
  ['NOTAUTH', 9],
  ['NOTZONE', 10],
  ['BADVERS', 16],
];

/** Class IN (RFC 1035 §3.2.4), the only one with meanings here. */
export const IN = 1;
/** Classes of records in updates (RFC 2136 §1.2, RFC 1035 §3.2.5). */
export const NONE = 254;
export const ANY = 255;

export interface Header {
  /** 0 to 65535. */
  readonly id: number;
  /** QR: false for a query. */
  readonly response: boolean;
  readonly opcode: Opcode;
  /** AA, TC, RD, RA (RFC 1035 §4.1.1), AD and CD (RFC 4035 §3.2, §3.1.6). */
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** With EDNS, the extended code (12 bits). */
  readonly responseCode: ResponseCode;
}

export interface Question {
  readonly name: DomainName;
  /** `A`, `ANY`, `TYPE65534`. */
  readonly type: string;
  /** Absent: IN. */
  readonly class?: number;
}

/** A record as it travels. Records of classes other than IN keep their data raw, as a TYPEn. */
export interface WireRecord extends ResourceRecord {
  /** Absent: IN. */
  readonly class?: number;
}

/**
 * Greatest UDP message that our side sends or takes with EDNS, in bytes. RFC 6891 §6.2.5 leaves it open; this one stays clear
 * of fragmentation (DNS Flag Day 2020).
 */
export const EDNS_PAYLOAD = 1232;

/** What the OPT pseudo-record says (RFC 6891 §6.1.2, §6.1.3). */
export interface Edns {
  /** Greatest UDP payload that the sender can take, in bytes. */
  readonly payload: number;
  readonly version: number;
  /** DO: DNSSEC records are welcome (RFC 3225). */
  readonly dnssecOk: boolean;
  /** Lower-case hex data. */
  readonly options: readonly { readonly code: number; readonly hex: string }[];
}

export interface Message extends Header {
  readonly questions: readonly Question[];
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  /** Without the OPT record: that is `edns`. */
  readonly additionals: readonly WireRecord[];
  readonly edns?: Edns;
}

/** What a query says besides its question. */
export interface QueryOptions {
  /** With an OPT record (RFC 6891) that says how many bytes its sender takes in a UDP message; absent: without EDNS. */
  readonly edns?: number;
  /** DO: the answer may hold DNSSEC records (RFC 3225). Needs EDNS, and brings it where `edns` is absent. */
  readonly dnssecOk?: boolean;
  /** CD: the asker validates itself (RFC 4035 §3.2.2). */
  readonly checkingDisabled?: boolean;
}

/** A query with one question. */
export function query(id: number, question: Question, recursionDesired: boolean, options: QueryOptions = {}): Message {
  const { dnssecOk = false, checkingDisabled = false } = options;
  const payload = options.edns ?? (dnssecOk ? EDNS_PAYLOAD : undefined);
  return {
    id,
    response: false,
    opcode: 'QUERY',
    authoritative: false,
    truncated: false,
    recursionDesired,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled,
    responseCode: 'NOERROR',
    questions: [question],
    answers: [],
    authorities: [],
    additionals: [],
    ...(payload === undefined ? {} : { edns: { payload, version: 0, dnssecOk, options: [] } }),
  };
}

/** A response to a query, with its ID, opcode, RD, CD and question copied, empty but for what `parts` says. */
export function response(to: Message, responseCode: ResponseCode, parts: Partial<Message> = {}): Message {
  return {
    id: to.id,
    response: true,
    opcode: to.opcode,
    authoritative: false,
    truncated: false,
    recursionDesired: to.recursionDesired,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: to.checkingDisabled,
    responseCode,
    questions: to.questions,
    answers: [],
    authorities: [],
    additionals: [],
    ...parts,
  };
}

export function sameQuestion(a: Question, b: Question): boolean {
  return a.type === b.type && (a.class ?? IN) === (b.class ?? IN) && canonical(a.name) === canonical(b.name);
}
