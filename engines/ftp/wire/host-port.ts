/**
 * Where a data connection goes, as commands and replies say it: PORT and 227 (RFC 959 §4.1.2), EPRT and 229 (RFC 2428).
 *
 * Total. Limits: a host-port has six numbers of up to three digits, an extended port up to 60 octets; of a reply's text, the
 * first 512 octets are looked at.
 */
import type { Field } from '../../field.ts';
import type { Endpoint } from '../../network/host.ts';

export interface HostPortError {
  readonly error: string;
}

/** An EPRT argument; `protocol` 1 is IPv4, 2 is IPv6, others are no protocol of the Internet yet (RFC 2428 §2). */
export interface ExtendedPort {
  readonly protocol: number;
  readonly address: string;
  readonly port: number;
}

const SIX_NUMBERS = /^(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})$/;

/** `10,0,0,1,192,5`: an address, and the port as 192 × 256 + 5. */
export function decodeHostPort(text: string): Endpoint | HostPortError {
  const parts = SIX_NUMBERS.exec(text);
  if (!parts) return { error: 'six numbers with commas between them are expected: h1,h2,h3,h4,p1,p2' };
  const numbers = parts.slice(1).map(Number);
  if (numbers.some((number) => number > 255)) return { error: 'each of the six numbers is one octet: 0 to 255' };
  const port = (numbers[4] as number) * 256 + (numbers[5] as number);
  if (port === 0) return { error: 'there is no port 0' };
  return { address: numbers.slice(0, 4).join('.'), port };
}

export function encodeHostPort({ address, port }: Endpoint): string {
  return `${address.replaceAll('.', ',')},${Math.floor(port / 256)},${port % 256}`;
}

/** The six numbers of a host-port that stands at `start`, each with what it is. Total. */
export function dissectHostPort(text: string, start: number): Field {
  const decoded = decodeHostPort(text);
  if ('error' in decoded) return { name: 'host-port', value: decoded.error, start, end: start + text.length, malformed: true };
  const names = ['h1', 'h2', 'h3', 'h4', 'p1', 'p2'];
  const numbers = text.split(',');
  const [high, low] = [numbers[4] as string, numbers[5] as string];
  let at = start;
  const children = numbers.map((value, i): Field => {
    const field = { name: names[i] as string, value, start: at, end: at + value.length, meaning: meaningOf(i, value) };
    at += value.length + 1;
    return field;
  });
  return {
    name: 'host-port',
    value: `${decoded.address} port ${decoded.port}`,
    start,
    end: start + text.length,
    meaning: `address h1.h2.h3.h4, port p1 × 256 + p2 = ${Number(high)} × 256 + ${Number(low)} = ${decoded.port}`,
    standard: 'RFC 959 §4.1.2',
    children,
  };
}

function meaningOf(place: number, value: string): string {
  if (place < 4) return `octet ${place + 1} of the address`;
  return place === 4 ? `high octet of the port: ${Number(value)} × 256 = ${Number(value) * 256}` : 'low octet of the port: added to it';
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** `|1|10.0.0.1|49157|`: the delimiter is any printable character, and the same throughout (RFC 2428 §2). */
export function decodeExtendedPort(text: string): ExtendedPort | HostPortError {
  const delimiter = text[0] ?? '';
  if (text.length > 60 || !/^[!-~]$/.test(delimiter) || /[0-9]/.test(delimiter)) return { error: SHAPE };
  const parts = text.split(delimiter);
  if (parts.length !== 5 || parts[0] !== '' || parts[4] !== '') return { error: SHAPE };
  const [, protocol, address, port] = parts as [string, string, string, string, string];
  if (!/^\d{1,5}$/.test(protocol)) return { error: 'the network protocol is a number: 1 for IPv4, 2 for IPv6' };
  if (!/^\d{1,5}$/.test(port) || Number(port) === 0 || Number(port) > 65535) return { error: 'a port is a number from 1 to 65535' };
  const octets = IPV4.exec(address)?.slice(1).map(Number);
  if (Number(protocol) === 1 && (!octets || octets.some((octet) => octet > 255))) return { error: 'an IPv4 address is expected' };
  if (Number(protocol) !== 1 && !/^[0-9A-Za-z.:]+$/.test(address)) return { error: 'an address is expected' };
  return { protocol: Number(protocol), address: octets ? octets.join('.') : address, port: Number(port) };
}

const SHAPE = 'a protocol, an address and a port between delimiters are expected: |1|10.0.0.1|49157|';

export function encodeExtendedPort({ protocol, address, port }: ExtendedPort): string {
  return `|${protocol}|${address}|${port}|`;
}

/** The parts of an EPRT argument that stands at `start`. Total. */
export function dissectExtendedPort(text: string, start: number): Field {
  const decoded = decodeExtendedPort(text);
  if ('error' in decoded) return { name: 'extended port', value: decoded.error, start, end: start + text.length, malformed: true };
  const [, protocol, address] = text.split(text[0] as string) as [string, string, string];
  const addressAt = start + protocol.length + 2;
  const portAt = addressAt + address.length + 1;
  return {
    name: 'extended port',
    value: `${decoded.address} port ${decoded.port}`,
    start,
    end: start + text.length,
    standard: 'RFC 2428 §2',
    children: [
      {
        name: 'network protocol',
        value: protocol,
        start: start + 1,
        end: addressAt - 1,
        meaning: decoded.protocol === 1 ? 'IPv4' : 'IPv6',
      },
      { name: 'address', value: address, start: addressAt, end: portAt - 1 },
      { name: 'port', value: String(decoded.port), start: portAt, end: start + text.length - 1 },
    ],
  };
}

/** What stands at a place of a text. */
export interface Found<T> {
  readonly value: T;
  readonly start: number;
  readonly end: number;
}

/**
 * The endpoint in the text of a 227 reply. RFC 1123 §4.1.2.6: where it stands in the text, and whether in parentheses, is not
 * laid down, so the digits are searched for.
 */
export function findHostPort(text: string): Found<Endpoint> | null {
  const found = /\d{1,3}(?:,\d{1,3}){5}/.exec(text.slice(0, 512));
  if (!found) return null;
  const value = decodeHostPort(found[0]);
  return 'error' in value ? null : { value, start: found.index, end: found.index + found[0].length };
}

/** The port in the text of a 229 reply, `(|||49157|)` (RFC 2428 §3): its place is between the parentheses. */
export function findExtendedPort(text: string): Found<number> | null {
  const found = /\(([!-~])\1\1(\d{1,5})\1\)/.exec(text.slice(0, 512));
  const port = Number(found?.[2]);
  if (!found || port === 0 || port > 65535 || /[0-9]/.test(found[1] as string)) return null;
  const start = found.index + 4;
  return { value: port, start, end: start + (found[2] as string).length };
}
