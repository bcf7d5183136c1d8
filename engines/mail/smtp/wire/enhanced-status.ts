/** Enhanced mail system status codes (RFC 3463), the registry's later additions where this engine uses them. */

const CLASSES: Readonly<Record<string, string>> = { '2': 'success', '4': 'persistent transient failure', '5': 'permanent failure' };

const SUBJECTS: Readonly<Record<string, string>> = {
  '0': 'other or undefined',
  '1': 'addressing',
  '2': 'mailbox',
  '3': 'mail system',
  '4': 'network and routing',
  '5': 'mail delivery protocol',
  '6': 'message content or media',
  '7': 'security or policy',
};

/** By subject and detail. */
const DETAILS: Readonly<Record<string, string>> = {
  '1.0': 'other address status',
  '1.1': 'bad destination mailbox address',
  '1.2': 'bad destination system address',
  '1.3': 'bad destination mailbox address syntax',
  '1.4': 'destination mailbox address ambiguous',
  '1.5': 'destination address valid',
  '1.6': 'destination mailbox has moved',
  '1.7': 'bad sender’s mailbox address syntax',
  '1.8': 'bad sender’s system address',
  '1.10': 'recipient address has null MX',
  '2.0': 'other mailbox status',
  '2.1': 'mailbox disabled, not accepting messages',
  '2.2': 'mailbox full',
  '2.3': 'message length exceeds administrative limit',
  '3.0': 'other mail system status',
  '3.1': 'mail system full',
  '3.2': 'system not accepting network messages',
  '3.3': 'system not capable of selected features',
  '3.4': 'message too big for system',
  '4.0': 'other network status',
  '4.1': 'no answer from host',
  '4.2': 'bad connection',
  '4.3': 'directory server failure',
  '4.4': 'unable to route',
  '4.5': 'mail system congestion',
  '4.6': 'routing loop detected',
  '4.7': 'delivery time expired',
  '5.0': 'other protocol status',
  '5.1': 'invalid command',
  '5.2': 'syntax error',
  '5.3': 'too many recipients',
  '5.4': 'invalid command arguments',
  '5.6': 'authentication exchange line too long',
  '6.0': 'other media error',
  '6.1': 'media not supported',
  '6.3': 'conversion required but not supported',
  '7.0': 'other security status',
  '7.1': 'delivery not authorized, message refused',
  '7.8': 'authentication credentials invalid',
  '7.10': 'encryption needed',
  '7.11': 'encryption required for the requested authentication mechanism',
};

/** Class 2, 4 or 5; subject and detail up to three digits without leading zeros (RFC 3463 §2). */
export const ENHANCED_STATUS = /^([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** `permanent failure: bad destination mailbox address`; undefined for what is no code. */
export function meaningOfEnhancedStatus(code: string): string | undefined {
  const parts = ENHANCED_STATUS.exec(code);
  if (!parts) return undefined;
  const detail = DETAILS[`${parts[2]}.${parts[3]}`] ?? SUBJECTS[parts[2] as string] ?? 'unregistered';
  return `${CLASSES[parts[1] as string]}: ${detail}`;
}
