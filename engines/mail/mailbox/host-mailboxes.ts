/** The mailboxes of a host, told on the state timeline as messages come, change their flags and go: a store a folder. */
import type { Host } from '../../network/host.ts';
import { decodeMessage, fieldOf, subjectOf } from '../message/message-format.ts';
import type { MailAddress } from '../scenario.ts';
import { INBOX } from './folder.ts';
import { type Change, type Folder, MailboxStore, type StoredMessage } from './mailbox-store.ts';

/** How many of its messages' states move with a renamed folder. */
const RETOLD_LIMIT = 1000;

export function mailboxesOf(host: Host): MailboxStore {
  const store: MailboxStore = new MailboxStore(host.disk, (address, folder, change) => tell(host, store, address, folder, change));
  return store;
}

function tell(host: Host, mailboxes: MailboxStore, address: MailAddress, folder: Folder, change: Change): void {
  const { narrator } = host;
  const store = storeName(address, folder.name);
  switch (change.kind) {
    case 'added': {
      const details = change.how === 'delivered' ? { note: deliveryNote(address, folder) } : undefined;
      narrator.state(store, String(change.message.uid), describeMessage(change.message), details);
      break;
    }
    case 'flags':
      narrator.state(store, String(change.message.uid), describeMessage(change.message));
      break;
    case 'removed':
      narrator.state(store, String(change.uid), null);
      break;
    case 'renamed': {
      const old = storeName(address, change.from);
      for (const message of mailboxes.messages(address, folder.name).slice(0, RETOLD_LIMIT)) {
        narrator.state(old, String(message.uid), null);
        narrator.state(store, String(message.uid), describeMessage(message));
      }
      break;
    }
    case 'created':
    case 'deleted':
      break;
  }
}

function deliveryNote(address: MailAddress, { name }: Folder): string {
  return name === INBOX ? `delivered to ${address}` : `delivered to ${address}, into ${name}`;
}

function storeName(address: MailAddress, folder: string): string {
  return folder === INBOX ? `mailbox ${address}` : `mailbox ${address} ${folder}`;
}

/** `from alice@crepes.fr: Condiments [\Seen]` */
export function describeMessage({ octets, flags }: Pick<StoredMessage, 'octets' | 'flags'>): string {
  return `${senderAndSubject(octets)}${flags.length > 0 ? ` [${flags.join(' ')}]` : ''}`;
}

/** `from alice@crepes.fr: Condiments`: who is told of its fate if it was delivered, else its author. */
export function senderAndSubject(octets: string): string {
  const message = decodeMessage(octets);
  const path = fieldOf(message, 'Return-Path')?.value ?? fieldOf(message, 'From')?.value ?? '';
  const sender = /<([^<>]+)>/.exec(path)?.[1] ?? (path === '' ? '<>' : path);
  const subject = subjectOf(octets);
  return `from ${sender}${subject === null ? '' : `: ${subject}`}`;
}
