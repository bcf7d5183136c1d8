/**
 * Magnet links (BEP 9): a torrent by its info hash alone, with what else one may know. The hash is in 40 hexadecimal digits or, as older
 * links have it, in base32. Parameters that are not known here are read over.
 * Limits: 8,192 characters, 200 trackers, 200 peers.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Bytes } from '../../quantities.ts';
import { HASH_LENGTH } from './handshake.ts';

export interface Magnet {
  readonly infoHash: Uint8Array;
  /** What to show until the metainfo is there. */
  readonly name: string | null;
  readonly length: Bytes | null;
  /** URLs. */
  readonly trackers: readonly string[];
  /** `host:port`. */
  readonly peers: readonly string[];
}

const LENGTH_LIMIT = 8192;
const LIST_LIMIT = 200;
const TOPIC = 'urn:btih:';

/** Total. */
export function decodeMagnet(text: string): Magnet | { readonly error: string } {
  if (text.length > LENGTH_LIMIT) return { error: `a link of ${text.length} characters; ${LENGTH_LIMIT} are allowed` };
  if (!/^magnet:\?/i.test(text)) return { error: 'no magnet link: it begins with “magnet:?”' };
  let infoHash: Uint8Array | null = null;
  let topics = 0;
  let [name, length]: [string | null, Bytes | null] = [null, null];
  const lists: { readonly tr: string[]; readonly 'x.pe': string[] } = { tr: [], 'x.pe': [] };
  for (const parameter of text.slice('magnet:?'.length).split('&')) {
    const equals = parameter.indexOf('=');
    // Several of a kind are numbered: `tr.1`.
    const key = parameter.slice(0, Math.max(equals, 0)).replace(/\.\d+$/, '');
    const raw = parameter.slice(equals + 1);
    // Names come from forms, too, where a plus is a space.
    const value = unescaped(key === 'dn' ? raw.replaceAll('+', ' ') : raw);
    if (value === null) return { error: `“${key}” is badly escaped` };
    if (key === 'xt') {
      topics++;
      infoHash ??= hashOf(value);
    } else if (key === 'dn') name ??= value;
    else if (key === 'xl') length ??= /^\d{1,15}$/.test(value) ? Number(value) : null;
    else if (key === 'tr' || key === 'x.pe') lists[key].push(value);
  }
  if (infoHash === null)
    return { error: topics === 0 ? '“xt” is missing: it says which torrent' : `“xt” is no “${TOPIC}” with an info hash` };
  if (lists.tr.length > LIST_LIMIT || lists['x.pe'].length > LIST_LIMIT) return { error: `more than ${LIST_LIMIT} trackers or peers` };
  return { infoHash, name, length, trackers: lists.tr, peers: lists['x.pe'] };
}

export function encodeMagnet({ infoHash, name, length, trackers, peers }: Magnet): string {
  const parameters = [
    `xt=${TOPIC}${bytesToHex(infoHash)}`,
    ...(name === null ? [] : [`dn=${encodeURIComponent(name)}`]),
    ...(length === null ? [] : [`xl=${length}`]),
    ...trackers.map((url) => `tr=${encodeURIComponent(url)}`),
    ...peers.map((peer) => `x.pe=${encodeURIComponent(peer)}`),
  ];
  return `magnet:?${parameters.join('&')}`;
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function hashOf(topic: string): Uint8Array | null {
  const digits = topic.toLowerCase().startsWith(TOPIC) ? topic.slice(TOPIC.length) : '';
  if (/^[0-9a-f]{40}$/i.test(digits)) return hexToBytes(digits.toLowerCase());
  return /^[a-z2-7]{32}$/i.test(digits) ? base32Bytes(digits.toLowerCase()) : null;
}

/** RFC 4648 §6: 32 digits of five bits are 20 bytes. */
function base32Bytes(digits: string): Uint8Array {
  const bytes = new Uint8Array(HASH_LENGTH);
  let [bits, held, at] = [0, 0, 0];
  for (const digit of digits) {
    bits = ((bits << 5) | 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(digit)) & 0xfff;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  return bytes;
}
