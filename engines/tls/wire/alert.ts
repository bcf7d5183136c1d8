/** Alerts (RFC 8446 §6, RFC 7301 §3.2): two bytes, a level and a description. */

import type { Dissector } from '../../field.ts';
import { Scanner } from './scanner.ts';

export const ALERTS = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;
export type AlertName = keyof typeof ALERTS;

const MEANINGS: Partial<Readonly<Record<AlertName, string>>> = {
  close_notify: 'the sender has nothing more to say',
  unexpected_message: 'a message came that has no place here',
  bad_record_mac: 'a record was altered on the way, or protected with other keys',
  record_overflow: 'a record is longer than the limit',
  handshake_failure: 'the two have no parameters in common',
  bad_certificate: 'the certificate is not for that name, or not in order',
  unsupported_certificate: 'a certificate of a kind that is not supported',
  certificate_expired: 'the certificate is not valid at this time',
  certificate_unknown: 'the certificate was not accepted for some other reason',
  illegal_parameter: 'a field has a value that it must not have',
  unknown_ca: 'nobody that the client trusts vouches for the certificate',
  decode_error: 'a message cannot be read',
  decrypt_error: 'a signature or a Finished is not right',
  protocol_version: 'no version of the protocol in common',
  internal_error: 'something that has nothing to do with the other side',
  user_canceled: 'the handshake is given up',
  missing_extension: 'an extension that must be there is not',
  unsupported_extension: 'an extension that was not asked for',
  unrecognized_name: 'the server knows no host of that name',
  certificate_required: 'the client is asked for a certificate and has none',
  no_application_protocol: 'no application protocol in common',
};

export interface Alert {
  /** null for one without a name. */
  readonly name: AlertName | null;
  readonly description: number;
}

export const alertNameOf = (description: number): AlertName | null =>
  (Object.keys(ALERTS) as AlertName[]).find((name) => ALERTS[name] === description) ?? null;

/** Anything but two bytes is no alert: null. The level is of no meaning (§6). */
export function decodeAlert(bytes: Uint8Array): Alert | null {
  if (bytes.length !== 2) return null;
  const description = bytes[1] as number;
  return { name: alertNameOf(description), description };
}

export function encodeAlert(name: AlertName): Uint8Array {
  // §6: the level of an alert is implied by its name.
  return Uint8Array.of(name === 'close_notify' || name === 'user_canceled' ? 1 : 2, ALERTS[name]);
}

export const showAlert = ({ name, description }: Alert): string => name ?? `alert ${description}`;

export const dissectAlert: Dissector = (bytes) =>
  Scanner.fieldsOf(bytes, (scanner) => {
    scanner.number(1, 'level', (level) => ({
      value: level === 1 ? 'warning (1)' : level === 2 ? 'fatal (2)' : String(level),
      standard: 'RFC 8446 §6',
    }));
    scanner.number(1, 'description', (description) => {
      const name = alertNameOf(description);
      const meaning = name ? MEANINGS[name] : undefined;
      return { value: `${name ?? 'unknown'} (${description})`, standard: 'RFC 8446 §6', ...(meaning ? { meaning } : {}) };
    });
    scanner.finish();
  });
