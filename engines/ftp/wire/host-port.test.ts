import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeExtendedPort,
  decodeHostPort,
  dissectExtendedPort,
  dissectHostPort,
  encodeExtendedPort,
  encodeHostPort,
  findExtendedPort,
  findHostPort,
} from './host-port.ts';

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const port = fc.integer({ min: 1, max: 65535 });
const endpoint = fc.record({ address, port });

describe('six numbers', () => {
  test.each([
    ['10,0,0,1,192,5', { address: '10.0.0.1', port: 49157 }],
    ['10,0,0,1,0,21', { address: '10.0.0.1', port: 21 }],
    ['255,255,255,255,255,255', { address: '255.255.255.255', port: 65535 }],
    ['10,0,0,1,0,0', { error: 'there is no port 0' }],
    ['10,0,0,1,1,256', { error: 'each of the six numbers is one octet: 0 to 255' }],
    ['10,0,0,1,192', { error: 'six numbers with commas between them are expected: h1,h2,h3,h4,p1,p2' }],
    ['10, 0,0,1,192,5', { error: 'six numbers with commas between them are expected: h1,h2,h3,h4,p1,p2' }],
  ])('%s', (text, result) => expect(decodeHostPort(text)).toEqual(result));

  test('decoding is the opposite of encoding, alone and within the text of a reply', () => {
    fc.assert(
      fc.property(endpoint, (original) => {
        const text = encodeHostPort(original);
        expect(decodeHostPort(text)).toEqual(original);
        expect(findHostPort(`Entering Passive Mode (${text}).`)?.value).toEqual(original);
        expect(findHostPort(`=${text}`)?.value).toEqual(original);
      }),
    );
  });

  test('are explained one by one', () => {
    const field = dissectHostPort('10,0,0,1,192,5', 5);
    expect(field).toMatchObject({ value: '10.0.0.1 port 49157', start: 5, end: 19 });
    expect(field.meaning).toBe('address h1.h2.h3.h4, port p1 × 256 + p2 = 192 × 256 + 5 = 49157');
    expect(field.children?.map(({ name, value, start, end }) => [name, value, start, end])).toEqual([
      ['h1', '10', 5, 7],
      ['h2', '0', 8, 9],
      ['h3', '0', 10, 11],
      ['h4', '1', 12, 13],
      ['p1', '192', 14, 17],
      ['p2', '5', 18, 19],
    ]);
  });
});

describe('extended ports', () => {
  test.each([
    ['|1|10.0.0.1|49157|', { protocol: 1, address: '10.0.0.1', port: 49157 }],
    ['!1!10.0.0.1!49157!', { protocol: 1, address: '10.0.0.1', port: 49157 }],
    // RFC 2428 §2 has this example.
    ['|2|1080::8:800:200C:417A|5282|', { protocol: 2, address: '1080::8:800:200C:417A', port: 5282 }],
    ['|1|10.0.0.256|5282|', { error: 'an IPv4 address is expected' }],
    ['|1|10.0.0.1|65536|', { error: 'a port is a number from 1 to 65535' }],
    ['|x|10.0.0.1|5282|', { error: 'the network protocol is a number: 1 for IPv4, 2 for IPv6' }],
    ['1110.0.0.1152821', { error: 'a protocol, an address and a port between delimiters are expected: |1|10.0.0.1|49157|' }],
    ['', { error: 'a protocol, an address and a port between delimiters are expected: |1|10.0.0.1|49157|' }],
  ])('%s', (text, result) => expect(decodeExtendedPort(text)).toEqual(result));

  test('decoding is the opposite of encoding', () => {
    fc.assert(
      fc.property(endpoint, (original) => {
        expect(decodeExtendedPort(encodeExtendedPort({ protocol: 1, ...original }))).toEqual({ protocol: 1, ...original });
      }),
    );
  });

  test('are taken apart', () => {
    const text = '|1|10.0.0.1|49157|';
    const { children = [] } = dissectExtendedPort(text, 0);
    expect(children.map(({ name, start, end }) => [name, text.slice(start, end)])).toEqual([
      ['network protocol', '1'],
      ['address', '10.0.0.1'],
      ['port', '49157'],
    ]);
  });

  test.each([
    ['Entering Extended Passive Mode (|||6446|)', 6446],
    ['ok (!!!6446!)', 6446],
    ['ok (|||0|)', undefined],
    ['ok (|||70000|)', undefined],
    ['ok ||| 6446 |', undefined],
  ])('of a reply: %s', (text, found) => expect(findExtendedPort(text)?.value).toBe(found));
});
