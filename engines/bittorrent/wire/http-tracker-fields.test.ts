/** A tracker's messages in the fields of HTTP. */
import { describe, expect, test } from 'vitest';
import { dissect } from '../../dissect.ts';
import type { Field } from '../../field.ts';
import { checkFields } from '../../fuzz-target.ts';
import { bytesOfOctets } from '../../network/octets.ts';

const fieldsOf = (octets: string, kind: string): readonly Field[] => {
  const bytes = bytesOfOctets(octets);
  const fields = dissect('http', kind, bytes);
  checkFields(fields, bytes.length);
  return fields;
};

describe('a request', () => {
  const target = (path: string) => fieldsOf(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`, 'request')[0]?.children?.[1];

  test('shows its parameters', () => {
    const field = target(
      '/announce?info_hash=%124Vx%9a%bc%de%f1%23Eg%89%ab%cd%ef%124Vx%9a&peer_id=-NS0100-abcdefghijkl&port=6881&event=started',
    );
    expect(field?.children?.map(({ name, value, start, end }) => [name, value, start, end])).toEqual([
      ['info_hash', '123456789abcdef123456789abcdef123456789a', 14, 68],
      ['peer_id', '-NS0100-abcdefghijkl', 69, 97],
      ['port', '6881', 98, 107],
      ['event', 'started', 108, 121],
    ]);
    expect(field?.children?.[1]).toMatchObject({ meaning: 'netscenario 0.1.0.0', standard: 'BEP 3' });
  });

  test('shows what is wrong with one', () => {
    const field = target('/announce?info_hash=abc&&port&x=%20y');
    expect(field?.children).toMatchObject([
      { name: 'info_hash', value: '3 bytes, not 20', malformed: true },
      { name: 'port', value: '' },
      { name: 'x', value: ' y' },
    ]);
  });

  test('of anything else stays as it was', () => expect(target('/search?q=info_hash')?.children).toBeUndefined());
});

describe('a response', () => {
  const content = (body: string) => fieldsOf(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n${body}`, 'response').at(-1);

  test('shows its dictionary, at its place', () => {
    const field = content('d8:intervali1800e5:peers12:\n\0\0\x01\x1a\xe1\n\0\0\x02\x01\x02e');
    const [dictionary] = field?.children ?? [];
    expect(dictionary).toMatchObject({ name: 'dictionary', start: field?.start, end: field?.end });
    expect(dictionary?.children).toMatchObject([
      { name: 'interval', value: '1800', meaning: 'seconds until the next announce', standard: 'BEP 3' },
      { name: 'peers', value: '2 peers: 10.0.0.1:6881, 10.0.0.2:258', standard: 'BEP 23' },
    ]);
  });

  test.each(['d1:ai1ee', 'done', 'd8:intervali1800e'])('%s is text, as it was', (body) =>
    expect(content(body)?.children).toMatchObject([{ name: 'line', value: body }]),
  );
});

test('UDP trackers and blocks have dissectors, too', () => {
  expect(dissect('udp-tracker', 'request', new Uint8Array(3))).toMatchObject([{ malformed: true }]);
  expect(dissect('bittorrent-data', 'block', new Uint8Array(16384))).toMatchObject([
    { name: 'block', value: '16.4 kB of the piece', end: 16384 },
  ]);
  expect(dissect('bittorrent', 'message', new Uint8Array(4))).toMatchObject([{ name: 'keep-alive' }]);
});
