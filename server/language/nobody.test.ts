/** What leads to an address or a website that nobody has: text in, warnings out. */
import { describe, expect, test } from 'vitest';
import { applyFix, compileText } from './annotated-source-for-tests.ts';

const warningsOf = (text: string) =>
  compileText(text)
    .diagnostics.filter(({ code }) => code === 'nobody-there' || code === 'redirect-to-nobody')
    .map(({ start, end, severity, message }) => `${severity} «${text.slice(start, end)}» ${message}`);

const MAIL = 'host pc\nmailserver m.y.org { domain y.org }\nzone y.org on ns.y.org\nmailbox ann@y.org on m.y.org\n';

describe('an address that nobody has', () => {
  test.each<[string, string, readonly string[]]>([
    ['is only looked up: fine', 'host pc\nzone x.org on ns.x.org { www A 192.0.2.1 }\npc resolves www.x.org', []],
    [
      'is a website’s that is asked',
      'host pc\nzone x.org on ns.x.org { www A 192.0.2.1 }\npc browses www.x.org',
      ['warning «www A 192.0.2.1» No host has 192.0.2.1, and `www.x.org` is asked for as website `www.x.org`: nobody answers there.'],
    ],
    [
      'is the target of such a website’s alias',
      'host pc\nzone x.org on ns.x.org {\n www CNAME web\n web A 192.0.2.1 }\npc requests "/" from www.x.org',
      ['warning «web A 192.0.2.1» No host has 192.0.2.1, and `web.x.org` is asked for as website `www.x.org`: nobody answers there.'],
    ],
    [
      'is where mail goes',
      `${MAIL}zone x.org on ns.x.org {\n @ MX 10 mail\n mail A 192.0.2.1 }\npc sends mail from ann@y.org to bob@x.org`,
      ['warning «mail A 192.0.2.1» No host has 192.0.2.1, and `mail.x.org` is where mail for `x.org` goes: nobody answers there.'],
    ],
    [
      'is where mail would go, and none is sent',
      'host pc\nzone x.org on ns.x.org {\n @ MX 10 mail\n mail A 192.0.2.1 }\npc resolves x.org MX',
      [],
    ],
    [
      'is a name server’s',
      'host pc\nzone x.org on ns.x.org {\n sub NS ns.sub\n ns.sub A 192.0.2.1 }\npc resolves www.sub.x.org',
      ['warning «ns.sub A 192.0.2.1» No host has 192.0.2.1, and `ns.sub.x.org` is a name server of `sub.x.org`: nobody answers there.'],
    ],
    [
      'is that of the second of two mail exchangers',
      `${MAIL}zone x.org on ns.x.org {\n @ MX 10 m.y.org.\n @ MX 20 mail\n mail A 192.0.2.1\n}\npc sends mail from ann@y.org to bob@x.org`,
      [],
    ],
    [
      'is a host’s after all, under another name',
      'host pc\nhost web { address 192.0.2.1 }\nzone x.org on ns.x.org { www A 192.0.2.1 }\npc browses www.x.org',
      [],
    ],
    [
      'is that of a NAT’s router',
      'host pc, web\nnat r { inside web forward tcp 80 to web }\nzone x.org on ns.x.org { www A 203.0.113.1 }\npc browses www.x.org',
      [],
    ],
  ])('%s', (_, text, expected) => expect(warningsOf(text)).toEqual(expected));
});

describe('a redirect', () => {
  const site = (target: string, more = '') => `website www.x.org { page "/" 1 kB redirect "/old" to "${target}" }\n${more}`;

  test.each([
    ['/', ''],
    ['http://www.x.org/', ''],
    ['https://WWW.x.org:8443/a', ''],
    ['http://shop.x.org/', 'website shop.x.org { page "/" 1 kB }'],
    ['http://10.0.0.1/', ''],
    ['http://pc/', 'host pc'],
    ['http://www.y.org/', 'zone y.org on ns.y.org { www A 192.0.2.1 }'],
  ])('to %s is fine (%s)', (target, more) => expect(warningsOf(site(target, more))).toEqual([]));

  test('to a website that nobody declares leads nowhere', () => {
    expect(warningsOf(site('http://example.net/'))).toEqual([
      'warning «"http://example.net/"» There is no website `example.net`, so who follows this gets nowhere.',
    ]);
  });

  test('to one that is nearly there may be mended', () => {
    const text = site('http://wwww.x.org/a');
    const [found] = compileText(text).diagnostics.filter(({ code }) => code === 'redirect-to-nobody');
    expect(applyFix(text, found!)).toBe(site('http://www.x.org/a'));
  });
});
