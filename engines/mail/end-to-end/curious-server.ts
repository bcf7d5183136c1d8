/** What whoever runs a mail server can tell of the messages that it takes, and do to them. Told as metrics; set by a step. */
import type { Host } from '../../network/host.ts';
import type { TamperAction } from '../scenario.ts';
import { readableBytes, tamper } from './onlooker.ts';

const READABLE = 'mail/readable bytes';
const CORRESPONDENTS = 'mail/correspondents';
const TAMPERING = 'mail/tampering';

/** `correspondents`: whom the envelope names. */
export function learnFrom(host: Host, correspondents: number, octets: string): void {
  total(host, 'readable bytes', READABLE, readableBytes(octets));
  total(host, 'correspondents learned', CORRESPONDENTS, correspondents);
}

function total({ disk, narrator, name }: Host, metric: string, entry: string, more: number): void {
  const sum = (disk.get<number>(entry) ?? 0) + more;
  disk.set(entry, sum);
  narrator.measure(metric, [name], sum);
}

/** From now on the server alters what it takes. */
export function tamperFromNowOn(host: Host, { replace, by }: TamperAction): void {
  host.disk.set(TAMPERING, { replace, by });
}

/** The message, as the server passes it on. */
export function passedOn(host: Host, octets: string): string {
  const how = host.disk.get<Pick<TamperAction, 'replace' | 'by'>>(TAMPERING);
  if (!how) return octets;
  const altered = tamper(octets, how);
  if (altered !== octets) host.narrator.note('alters the message');
  return altered;
}
