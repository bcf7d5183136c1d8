import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainName, resourceRecord } from '../arbitraries-for-tests.ts';
import { parseData, presentation } from '../presentation.ts';
import { recordFormats } from '../record-format.ts';
import { readMasterFile } from './master-file.ts';
import { writeMasterFile } from './writer.ts';

describe('writing a master file', () => {
  test('a zone reads as one would write it by hand', () => {
    const text = `$TTL 1h
@ SOA ns hostmaster 2026010101 2h 15m 2w 5m
@ NS ns
@ MX 10 mail.other.
ns A 192.0.2.1
ns 60 AAAA 2001:db8::1
www.sub CNAME ns
other. TXT "not here"
`;
    expect(writeMasterFile(readMasterFile(text, { origin: 'example.' }).records, 'example.')).toBe(`$ORIGIN example.
$TTL 3600
@          IN SOA   ns hostmaster (
                    2026010101 ; serial
                    7200       ; refresh (2 h)
                    900        ; retry (15 min)
                    1209600    ; expire (14 d)
                    300        ; minimum (5 min)
                    )
           IN NS    ns
           IN MX    10 mail.other.
ns         IN A     192.0.2.1
        60 IN AAAA  2001:db8::1
www.sub    IN CNAME ns
other.     IN TXT   "not here"
`);
  });

  test('read ∘ write = identity', () => {
    fc.assert(
      fc.property(fc.array(resourceRecord, { maxLength: 6 }), domainName, (records, origin) => {
        const again = readMasterFile(writeMasterFile(records, origin), { origin: '.' });
        expect(again.problems).toEqual([]);
        expect(again.records).toEqual(records);
      }),
      { numRuns: 500 },
    );
  });

  test('parseData ∘ presentation = identity', () => {
    fc.assert(
      fc.property(resourceRecord, ({ data }) => {
        expect(parseData(data.type, presentation(data))).toMatchObject({ ok: true, data });
      }),
    );
  });

  test('every type in the table can be written and read: none is forgotten in the arbitrary records', () => {
    const seen = new Set(fc.sample(resourceRecord, 2000).map((record) => record.data.type));
    expect(recordFormats.map((format) => format.type).filter((type) => !seen.has(type as never))).toEqual([]);
  });
});
