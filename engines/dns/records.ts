/** Resource records as plain data (RFC 1035 §3.2, §3.3; record-format.ts names each type’s standard; RFC 3597). */
import { canonical } from './domain-name.ts';
import type { DomainName } from './scenario.ts';

/** What a record says, by type. Names are absolute with the trailing dot; text strings hold one char a byte (0–255). */
export type RecordData =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'NS'; readonly server: DomainName }
  | { readonly type: 'CNAME'; readonly target: DomainName }
  | { readonly type: 'PTR'; readonly target: DomainName }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: DomainName }
  | { readonly type: 'TXT'; readonly strings: readonly string[] }
  | {
      readonly type: 'SOA';
      readonly primary: DomainName;
      readonly mailbox: DomainName;
      readonly serial: number;
      /** The four times are in seconds, as on the wire. */
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: DomainName;
    }
  | { readonly type: 'HINFO'; readonly cpu: string; readonly os: string }
  | {
      readonly type: 'NAPTR';
      readonly order: number;
      readonly preference: number;
      readonly flags: string;
      readonly services: string;
      readonly regexp: string;
      readonly replacement: DomainName;
    }
  | { readonly type: 'DNAME'; readonly target: DomainName }
  | {
      readonly type: 'SSHFP';
      readonly algorithm: number;
      readonly fingerprintType: number;
      /** Lower-case hex. */
      readonly fingerprint: string;
    }
  | {
      readonly type: 'TLSA';
      readonly usage: number;
      readonly selector: number;
      readonly matchingType: number;
      /** Lower-case hex. */
      readonly association: string;
    }
  | { readonly type: 'CAA'; readonly flags: number; readonly tag: string; readonly value: string }
  | {
      readonly type: 'DS';
      readonly keyTag: number;
      readonly algorithm: number;
      readonly digestType: number;
      /** Lower-case hex. */
      readonly digest: string;
    }
  | {
      readonly type: 'RRSIG';
      /** `A`, `TYPE65534`. */
      readonly typeCovered: string;
      readonly algorithm: number;
      readonly labels: number;
      /** Seconds. */
      readonly originalTtl: number;
      /** Seconds since 1970-01-01 00:00:00 UTC, modulo 2^32 (RFC 4034 §3.1.5). */
      readonly expiration: number;
      readonly inception: number;
      readonly keyTag: number;
      readonly signer: DomainName;
      /** Base64. */
      readonly signature: string;
    }
  | {
      readonly type: 'NSEC';
      readonly next: DomainName;
      /** By number, each once. */
      readonly types: readonly string[];
    }
  | {
      readonly type: 'DNSKEY';
      readonly flags: number;
      readonly protocol: number;
      readonly algorithm: number;
      /** Base64. */
      readonly publicKey: string;
    }
  /** A type this version has no words for: raw data in lower-case hex (RFC 3597 §5). */
  | { readonly type: `TYPE${number}`; readonly hex: string };

export type RecordType = RecordData['type'];

export interface ResourceRecord {
  readonly name: DomainName;
  /** Seconds, 0 to 2^31 − 1 (RFC 2181 §8). */
  readonly ttl: number;
  readonly data: RecordData;
}

/** Records grouped into sets of one name and type (RFC 2181 §5), in order of appearance. */
export function recordSets<R extends ResourceRecord>(records: readonly R[]): R[][] {
  const sets = new Map<string, R[]>();
  for (const record of records) {
    const key = `${canonical(record.name)} ${record.data.type}`;
    const set = sets.get(key);
    if (set) set.push(record);
    else sets.set(key, [record]);
  }
  return [...sets.values()];
}
