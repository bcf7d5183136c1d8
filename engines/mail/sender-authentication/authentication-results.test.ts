import { expect, test } from 'vitest';
import { authenticationResults, type Findings, withoutForgedResults } from './authentication-results.ts';

const NOTHING: Findings = { spf: null, dkim: null, dmarc: null };
const spf = { result: 'pass', reason: '', explanation: null, identity: 'alice@crepes.fr', by: 'mailfrom' } as const;

test.each<[string, Findings, string[]]>([
  ['nothing', NOTHING, [' none']],
  [
    'all three',
    {
      spf,
      dkim: [
        { result: 'pass', reason: '', domain: 'crepes.fr', selector: 'mail' },
        { result: 'permerror', reason: '', domain: '', selector: '' },
      ],
      dmarc: { result: 'pass', reason: '', fromDomain: 'crepes.fr', disposition: 'none' },
    },
    [
      ' spf=pass smtp.mailfrom=alice@crepes.fr;',
      ' dkim=pass header.d=crepes.fr header.s=mail;',
      ' dkim=permerror;',
      ' dmarc=pass header.from=crepes.fr',
    ],
  ],
  ['no signature', { ...NOTHING, dkim: [] }, [' dkim=none']],
  [
    'an address that could be taken for more',
    { ...NOTHING, spf: { ...spf, identity: 'a; dkim=pass\r\nX: y@b.c' } },
    [' spf=pass smtp.mailfrom="a; dkim=pass??X: y@b.c"'],
  ],
])('what was found: %s', (_what, findings, lines) =>
  expect(authenticationResults('mail.x', findings).split('\r\n')).toEqual(['Authentication-Results: mail.x;', ...lines]),
);

test('fields under the server’s own name are taken out, those of others stay', () => {
  const octets =
    'A: b\r\nAuthentication-Results: MAIL.X 1;\r\n spf=pass\r\nauthentication-results: other.y; spf=fail\r\n\r\nAuthentication-Results: mail.x\r\n';
  expect(withoutForgedResults(octets, 'mail.x')).toBe(
    'A: b\r\nauthentication-results: other.y; spf=fail\r\n\r\nAuthentication-Results: mail.x\r\n',
  );
});

test.each(['(c) mail.x', '(a (b\\) c)) \t(d)mail.x', '"mail.x"', '(c) "MAIL\\.x" 1', 'mail.x(c)', 'mail.x. ', '\r\n (c)\r\n mail.x'])(
  'the server’s own name is known in %j',
  (id) => expect(withoutForgedResults(`Authentication-Results: ${id}; spf=pass\r\nA: b\r\n\r\n`, 'mail.x')).toBe('A: b\r\n\r\n'),
);

test.each(['(mail.x) other.y', '"other.y"', 'mail.x.y', '', '(mail.x'])('another’s stays: %j', (id) => {
  const octets = `Authentication-Results: ${id}; spf=pass\r\nA: b\r\n\r\n`;
  expect(withoutForgedResults(octets, 'mail.x')).toBe(octets);
});
