/**
 * Peer ids (BEP 20): 20 bytes by which a peer is told from others, and which tell what program it runs. Ours, and most, are
 * Azureus-style: `-`, two characters for the client, four for its version, `-`, and twelve that are drawn.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { RandomStream } from '../../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { PEER_ID_LENGTH } from './handshake.ts';

/** What our peers say they are. */
const PREFIX = '-NS0100-';

/** Clients that are told by name; of others, the two characters are. */
const CLIENTS: Readonly<Record<string, string>> = {
  A2: 'aria2',
  AZ: 'Azureus',
  DE: 'Deluge',
  KT: 'KTorrent',
  LT: 'libtorrent',
  M: 'mainline',
  NS: 'netscenario',
  TR: 'Transmission',
  UT: 'µTorrent',
  lt: 'libTorrent',
  qB: 'qBittorrent',
};

const CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A new one. */
export function drawPeerId(random: RandomStream): Uint8Array {
  let octets = PREFIX;
  while (octets.length < PEER_ID_LENGTH) octets += CHARACTERS[random.below(CHARACTERS.length)];
  return bytesOfOctets(octets);
}

/** `Azureus 2.3.0.0`, `aria2 1.36.0`; null where it says nothing in either style. */
export function clientOf(peerId: Uint8Array): string | null {
  const octets = octetsOf(peerId);
  const [, client, version] = /^-([A-Za-z0-9~]{2})([A-Za-z0-9.-]{4})-/.exec(octets) ?? [];
  if (client !== undefined && version !== undefined) return `${nameOf(client)} ${[...version].join('.')}`;
  // BEP 20: mainline has its versions’ numbers with hyphens between, M4-3-6--; aria2 has, too.
  const [, other, numbers] = /^(M|A2-)(\d{1,3}-\d{1,3}-\d{1,3})-/.exec(octets) ?? [];
  return other !== undefined && numbers !== undefined ? `${nameOf(other.replace('-', ''))} ${numbers.replaceAll('-', '.')}` : null;
}

const nameOf = (client: string): string => (Object.hasOwn(CLIENTS, client) ? (CLIENTS[client] as string) : client);

/** As text where it is some. */
export function shownPeerId(peerId: Uint8Array): string {
  const text = octetsOf(peerId);
  return /^[!-~]*$/.test(text) ? text : bytesToHex(peerId);
}
