/** What checks of senders are where the author says nothing, and the records that publish DKIM’s keys. */
import { keyRecord } from '../../../engines/mail/sender-authentication/dkim-key.ts';
import type { SenderCheckService } from '../../../engines/mail/sender-authentication/scenario.ts';
import type { Program } from '../program.ts';
import { isSigned } from './dnssec.ts';

export const senderCheckDefaults = {
  spf: 'tell',
  dkim: true,
  dmarc: 'follow',
  selector: 'mail',
} as const satisfies Partial<SenderCheckService> & {
  selector: string;
};

const TTL = 3600;
/** The records that were asked for last: making a public key takes a while, and a program is compiled at every stroke of a key. */
const records = new Map<string, string>();
/** More than a scenario has domains that sign; while a name is typed, each of its beginnings is one. */
const RECORDS_LIMIT = 1_000;

function recordOf(domain: string, selector: string): string {
  const key = JSON.stringify([domain, selector]);
  const record = records.get(key) ?? keyRecord(domain, selector);
  records.delete(key);
  records.set(key, record);
  const [oldest] = records.keys();
  if (records.size > RECORDS_LIMIT) records.delete(oldest as string);
  return record;
}

/** Servers that check or sign must be there; keys are put into their zones. All mail servers and declared zones are known. */
export function completeSenderAuthentication(program: Program): void {
  for (const { host, at } of [...program.senderChecks.values(), ...program.dkimSignings]) {
    if (program.mailServers.has(host.toLowerCase()) || !at || program.incomplete) continue;
    program.report('not-a-mail-server', at, `\`${host}\` runs no mail server.`);
  }
  for (const { domain, selector, at } of program.dkimSignings) {
    const name = `${selector}._domainkey.${domain}.`;
    const zone = program.zoneAbove(name);
    if (!zone) {
      if (at && !program.incomplete && !program.isExcused(domain))
        program.report('unknown-zone', at, `No zone \`${domain}\` is declared, so nobody could find the key.`);
      continue;
    }
    if (at) program.usesZone(name, at);
    if (isSigned(zone) || zone.records.some((record) => record.name.toLowerCase() === name && record.data.type === 'TXT')) continue;
    const record = recordOf(domain, selector);
    zone.records.push({ name, ttl: TTL, data: { type: 'TXT', strings: [record] } });
    if (at)
      program.notes.push({
        kind: 'default',
        at,
        value: `${selector}._domainkey TXT`,
        why: `The key that verifies, in zone ${zone.origin}: ${record}`,
      });
  }
}
