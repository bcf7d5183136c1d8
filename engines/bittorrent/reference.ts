/** The tables of docs/bittorrent.md, made of those that messages are read and written by. */
import { markdownTable } from '../reference-page.ts';
import { ANNOUNCE_PARAMETERS } from './wire/http-tracker.ts';
import { RESPONSE_KEYS } from './wire/http-tracker-fields.ts';
import { NUMBERS, PEER_MESSAGES, PREFIX_LENGTH, TAILS } from './wire/peer-message.ts';
import { ACTIONS, UDP_REQUESTS, UDP_RESPONSES, type UdpMessageFormat } from './wire/udp-tracker.ts';

/** A row a message between peers: its number, what is in it, what it is for, where it is laid down. */
export function peerMessageTable(): string {
  const rows = Object.entries(PEER_MESSAGES).map(([kind, { id, numbers, tail, meaning, standard }]) => {
    const inside = [...numbers.map((name) => `${name} (${NUMBERS[name].octets})`), ...(tail === null ? [] : [tail])];
    return [String(id), kind, inside.join(', '), meaning, standard];
  });
  return markdownTable(
    ['number', 'message', 'in it (bytes)', 'what it is for', 'section'],
    [['', 'keep-alive', '', 'nothing: a length of 0', 'BEP 3'], ...rows],
  );
}

/** A row a part of a message between peers. */
export function partTable(): string {
  const numbers = Object.entries(NUMBERS).map(([name, { octets, meaning }]) => [name, String(octets), meaning]);
  const tails = Object.entries(TAILS).map(([name, meaning]) => [name, 'the rest', meaning]);
  return markdownTable(
    ['part', 'bytes', 'what it says'],
    [['length', String(PREFIX_LENGTH), 'bytes that follow, before each message'], ...numbers, ...tails],
  );
}

/** A row a parameter of an announce, and a key of its response. */
export function httpTrackerTable(): string {
  const row =
    (where: string) =>
    ([name, { meaning, standard = '' }]: [string, { readonly meaning: string; readonly standard?: string }]): string[] => [
      where,
      `\`${name}\``,
      meaning,
      standard,
    ];
  return markdownTable(
    ['in', 'name', 'what it says', 'section'],
    [...Object.entries(ANNOUNCE_PARAMETERS).map(row('request')), ...Object.entries(RESPONSE_KEYS).map(row('response'))],
  );
}

/** A row a datagram between peer and tracker. */
export function udpTrackerTable(): string {
  const row =
    (way: string) =>
    ([name, { fields, tail, meaning }]: [string, UdpMessageFormat]): string[] => {
      const inside = [...fields.map((field) => `${field.name} (${field.octets})`), ...(tail === null ? [] : [tailText(tail)])];
      return [`${name} ${way}`, String(ACTIONS[name as keyof typeof ACTIONS]), inside.join(', '), meaning];
    };
  return markdownTable(
    ['datagram', 'action', 'in it (bytes)', 'what it is for'],
    [...Object.entries(UDP_REQUESTS).map(row('request')), ...Object.entries(UDP_RESPONSES).map(row('response'))],
  );
}

const tailText = ({ name, size }: { readonly name: string; readonly size: number | null }): string =>
  size === null ? name : `${name} (${size} each)`;

/** By the names of their places on the page. */
export const bittorrentTables = () => ({
  'peer-messages': peerMessageTable(),
  'message-parts': partTable(),
  'http-tracker': httpTrackerTable(),
  'udp-tracker': udpTrackerTable(),
});
