/**
 * Fields of a message, as the inspector shows them.
 *
 * Every protocol's `wire` folder has the same shape: `decode` (bytes to plain data, or an error), `encode` (plain data to
 * bytes) and `dissect` (bytes to fields with their ranges). Learn one, know them all.
 */

export interface Field {
  /** The standard's own name for it: `ID`, `QDCOUNT`, `Recipient`. */
  readonly name: string;
  /** For people: `0x1a2b`, `A (1)`, `alice@crepes.fr`. */
  readonly value: string;
  /** Byte range within the message, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where the field is less than whole bytes: first bit within the range (0 is the most significant) and number of bits. */
  readonly bits?: readonly [first: number, count: number];
  /** One line: what it is for. */
  readonly meaning?: string;
  /** `RFC 1035 §4.1.1`. */
  readonly standard?: string;
  /** True where the bytes break the standard; `value` says how. */
  readonly malformed?: boolean;
  readonly children?: readonly Field[];
}

/** Fields of a message of a protocol. Total: malformed bytes give malformed fields, never an exception. */
export type Dissector = (bytes: Uint8Array, kind: string) => readonly Field[];

/** The same fields, `by` bytes further on. */
export function moved(fields: readonly Field[], by: number): Field[] {
  return fields.map((field) => ({
    ...field,
    start: field.start + by,
    end: field.end + by,
    ...(field.children ? { children: moved(field.children, by) } : {}),
  }));
}
