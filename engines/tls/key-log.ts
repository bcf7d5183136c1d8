/** The secrets of a run's TLS sessions as a key log (RFC 9850), which Wireshark and others read. */
import type { Run } from '../run.ts';

/** The labels that a key log knows; secrets after a KeyUpdate follow from these (RFC 8446 §7.2). */
const LABELS: ReadonlySet<string> = new Set([
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
]);

/** One line a secret, in the order of use: label, client random, secret. Empty for a run without sessions. */
export function keyLog({ secrets, strings }: Pick<Run, 'secrets' | 'strings'>): string {
  const text = (index: number): string => strings[index] ?? '';
  let log = '';
  for (let row = 0; row < secrets.rows; row++) {
    const label = text(secrets.label[row] as number);
    if (LABELS.has(label)) log += `${label} ${text(secrets.clientRandom[row] as number)} ${text(secrets.secret[row] as number)}\n`;
  }
  return log;
}
