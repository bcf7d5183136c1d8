/** Master files: any text is read, problems lie within it, and what was read is written and read to the same. */
import type { FuzzTarget } from '../../fuzz-target.ts';
import { octetsOf } from '../../network/octets.ts';
import { readMasterFile } from './master-file.ts';
import { writeMasterFile } from './writer.ts';

const TEXTS = [
  `$ORIGIN example.
$TTL 1h
@ IN SOA ns first\\.last ( 1 2h 15m 2w 5m )
  NS ns ; the only one
  MX 10 mail.elsewhere.
  CAA 128 issue "ca.example.net"
ns 5m IN A 192.0.2.1
   AAAA 2001:db8::1
a\\.b\\200 IN 60 TXT "semi;colon" \\065
_sip._tcp SRV 1 2 5060 ns
$INCLUDE more sub
`,
  `@ DNSKEY 257 3 13 ( WEpgY5VFPc48KPE/rIKqt/hgx2JVj2Im8Fii1x1F
 /HorzHbMAIzM36Z4o5FQ3T3gs9cTElnxSkoaibAO9wh+wQ== )
@ RRSIG SOA 13 1 3600 20270101000000 20260101000000 11567 @ kSiVl0KymEANsNeoCqUGkw==
@ NSEC ns A NS SOA TYPE65280
sub DS 60485 13 2 d4b7d520e7bb5f0f67674a0c
host SSHFP 4 2 123456789abcdef67890
_443._tcp TLSA 3 1 1 92003ba3
old DNAME new
n NAPTR 100 10 u E2U+sip "!^.*$!sip:info@example!" .
h HINFO VAX UNIX
x TYPE65280 \\# 4 deadbeef
x A \\# 4 c0000201
`,
];

const target: FuzzTarget = {
  name: 'master-file',
  corpus: () => TEXTS.map((text) => new TextEncoder().encode(text)),
  run(bytes) {
    const text = octetsOf(bytes);
    const include = (name: string): string | undefined => (name === 'more' ? 'x A 192.0.2.2\n' : undefined);
    const { records, problems } = readMasterFile(text, { origin: 'example.', defaultTtl: 60, include });
    for (const { start, end } of problems) {
      if (!(start >= 0 && end >= start && end <= text.length)) throw new Error(`a problem lies at ${start} to ${end}`);
    }
    const again = readMasterFile(writeMasterFile(records, 'example.'), { origin: '.' });
    if (again.problems[0]) throw new Error(`what was written cannot be read: ${again.problems[0].code}`);
    if (JSON.stringify(again.records) !== JSON.stringify(records)) throw new Error('what was read is written to something else');
    return JSON.stringify([records, problems]);
  },
};

export default target;
