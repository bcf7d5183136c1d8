/**
 * SPF, DKIM and DMARC: the input is a record of each kind, and a message with signatures. Whatever it is: nothing throws, no check asks
 * for more names than the standard lets it, and every one has a result.
 */
import type { RecordData } from '../../dns/records.ts';
import type { FuzzTarget } from '../../fuzz-target.ts';
import { atOnce, start } from '../../kernel/process.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { prependFields } from '../message/message-format.ts';
import { authenticationResults, withoutForgedResults } from './authentication-results.ts';
import { signDkim, verifyDkim } from './dkim.ts';
import { keyRecord, parseKeyRecord } from './dkim-key.ts';
import { checkDmarc, parseDmarcRecord } from './dmarc.ts';
import type { Ask } from './domain-lookup.ts';
import { checkHost } from './spf.ts';
import { parseSpfRecord } from './spf-record.ts';

const MESSAGE = 'From: "Alice" <alice@crepes.fr>\r\nSubject: x\r\nAuthentication-Results: mail.x; spf=pass\r\n\r\nhi\r\n';
const SIGNED = prependFields(MESSAGE, [signDkim(MESSAGE, { domain: 'crepes.fr', selector: 'mail', now: 0 })]);

const TEXTS = [
  'v=spf1 +a:%{d2}.x.org/24//64 -mx/8 ?ptr ~include:a.org exists:%{ir}.%{l1r-}._spf.%{o} ip4:10.0.0.0/8 ip6:fe80::/10 redirect=b.org exp=%{c}.c.org',
  'v=spf1 include:a.org a mx ptr include:b.org -all',
  keyRecord('crepes.fr', 'mail'),
  'v=DKIM1; k=rsa; h=sha256; s=email:*; t=y:s; n=note; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB',
  'v=DMARC1; p=reject; sp=none; pct=20; adkim=s; aspf=r; rua=mailto:a@b.c',
  SIGNED,
];

/** Ten terms, each with a lookup of ten names behind it, and as many policies and keys (RFC 7208 §4.6.4, dkim.ts). */
const QUERIES_LIMIT = 300;

const target: FuzzTarget = {
  name: 'sender-authentication',
  shortRun: 1000,
  corpus: () => TEXTS.map(bytesOfOctets),
  run(bytes) {
    const octets = octetsOf(bytes);
    let queries = 0;
    // Every name has the input for its text, and a record of every other type that leads on.
    const ask: Ask = (name, type) =>
      atOnce(() => {
        if (++queries > QUERIES_LIMIT) throw new Error('more lookups than any check may make');
        const data = dataOf(type, octets);
        return data ? { kind: 'answer', records: [{ name, ttl: 1, data }], aliases: [], canonicalName: name } : { kind: 'NODATA' };
      });
    const identity = { address: '10.0.0.7', sender: 'a.b@crepes.fr', helo: 'x.crepes.fr', receiver: 'mail.x', now: 0 };
    const spf = start('fuzz', checkHost(ask, identity, 'crepes.fr')).result;
    const dkim = start('fuzz', verifyDkim(ask, octets, 1)).result;
    const signature = start('fuzz', verifyDkim(ask, SIGNED, 1)).result;
    if (!spf || !dkim || signature?.length !== 1) throw new Error('a check has no result');
    const vouching = { spf: { result: spf.result, domain: 'crepes.fr' }, dkim };
    const dmarc = start(
      'fuzz',
      checkDmarc(ask, octets, vouching, () => 0),
    ).result;
    if (!dmarc) throw new Error('a check has no result');
    const field = authenticationResults('mail.x', { spf: { ...spf, identity: octets.slice(0, 40), by: 'mailfrom' }, dkim, dmarc });
    if (/[^\r\n -~]/.test(field) || /\r\n(?! )/.test(field)) throw new Error('a field that is none');
    return JSON.stringify([
      spf,
      dkim,
      dmarc,
      field,
      parseSpfRecord(octets),
      parseDmarcRecord(octets),
      typeof parseKeyRecord(octets),
      withoutForgedResults(octets, 'mail.x'),
    ]);
  },
};

export default target;

function dataOf(type: string, octets: string): RecordData | null {
  switch (type) {
    case 'TXT': {
      const strings = Array.from({ length: Math.ceil(octets.length / 255) }, (_, i) => octets.slice(i * 255, (i + 1) * 255));
      return strings.length > 0 ? { type, strings } : null;
    }
    case 'A':
      return { type, address: '192.0.2.1' };
    case 'MX':
      return { type, preference: 0, exchange: 'mx.crepes.fr.' };
    case 'PTR':
      return { type, target: 'a.crepes.fr.' };
    default:
      return null;
  }
}
