/** Websites, web caches and who asks for what: text in, parts of the Scenario or diagnostics out. */
import { describe, expect, test } from 'vitest';
import type { ZoneService } from '../../engines/dns/scenario.ts';
import type { BrowseAction, RequestAction, WebCacheService, WebsiteService } from '../../engines/http/scenario.ts';
import { MINUTE } from '../../engines/quantities.ts';
import { applyFix, compileText } from './annotated-source-for-tests.ts';
import type { FileContent, FileTable } from './compilation.ts';

const files: FileTable = new Map<string, FileContent>([
  ['file:///w/logo.png', { kind: 'bytes', bytes: new Uint8Array([1, 2, 3]) }],
  [
    'file:///w/site/',
    {
      kind: 'folder',
      entries: [
        { name: '.git', folder: true },
        { name: 'a b.txt', folder: false },
        { name: 'index.html', folder: false },
        { name: 'sub', folder: true },
      ],
    },
  ],
  ['file:///w/site/sub/', { kind: 'folder', entries: [{ name: 'index.html', folder: false }] }],
  ...['a%20b.txt', 'index.html', 'sub/index.html'].map((name): [string, FileContent] => [
    `file:///w/site/${name}`,
    { kind: 'bytes', bytes: new TextEncoder().encode(name) },
  ]),
  ['file:///w/nothing/', { kind: 'unreadable', reason: 'there is no such folder' }],
  ['file:///w/gone.png', { kind: 'unreadable', reason: 'there is no such file' }],
]);

function scenarioOf(text: string) {
  const { scenario, diagnostics } = compileText(text, files);
  expect(diagnostics.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([]);
  return scenario;
}
const websites = (text: string) => scenarioOf(text).services.filter((one): one is WebsiteService => one.kind === 'http.website');
const website = (block: string) => websites(`website www.x.org { ${block} }`)[0]!;
const action = (text: string) => scenarioOf(`host pc\nwebsite www.x.org { page "/" 1 kB objects 3 of 1 kB }\n${text}`).steps.at(-1)!.action;
/** Each diagnostic with what it marks. */
const complaints = (text: string) =>
  compileText(text, files)
    .diagnostics.filter(({ severity }) => severity !== 'hint')
    .map(({ start, end, message }) => [text.slice(start, end), message]);

describe('a website', () => {
  test('is on https where it is said, with a certificate for its own name', () => {
    expect(website('')).toMatchObject({ https: 'off' });
    expect(website('https offered')).toMatchObject({ https: 'offered', certificate: { names: ['www.x.org'], flaw: null } });
    expect(website('https required certificate for y.org')).toMatchObject({ https: 'required', certificate: { names: ['y.org'] } });
    expect(complaints('website www.x.org { certificate expired }').map(([marked]) => marked)).toEqual(['certificate expired']);
  });

  test('is asked for on https by steps', () => {
    expect(action('pc browses www.x.org')).toMatchObject({ scheme: 'http', port: 80 });
    expect(action('pc browses www.x.org using https page "/" pipelined')).toMatchObject({ scheme: 'https', port: 443 });
    expect(action('pc requests "/" from www.x.org using https { redirects 0 }')).toMatchObject({ scheme: 'https', port: 443 });
  });

  test('redirects to whole URIs on http and https, and to no others', () => {
    expect(website('redirect "/a" to "https://www.x.org/a"').redirects[0]).toMatchObject({ to: 'https://www.x.org/a' });
    expect(complaints('website www.x.org { redirect "/a" to "ftp://x.org/" }').length).toBe(1);
  });

  test('has pages, and in them objects: those that name no page are in the first', () => {
    const { resources } = website(
      'object "/a.png" 1 kB  page "/" 2 kB  page "/two" 3 kB  object "/b.css" 500 B in "/two"  object "/c.js" 1 kB in "/", "/two"',
    );
    expect(
      resources.map(({ path, type, content, embeds }) => [path, type, content.kind === 'generated' ? content.size : -1, embeds]),
    ).toEqual([
      ['/', 'text/html; charset=utf-8', 2_000, ['/a.png', '/c.js']],
      ['/two', 'text/html; charset=utf-8', 3_000, ['/b.css', '/c.js']],
      ['/a.png', 'application/octet-stream', 1_000, []],
      ['/b.css', 'text/css', 500, []],
      ['/c.js', 'text/javascript', 1_000, []],
    ]);
  });
  test('has numbered objects, real files, and pages that are made anew', () => {
    const { resources } = website(
      'page "/" 1 kB  objects 2 of 1 kB  objects 2 of 1 kB named "/x/*.jpg"  file "/logo.png" from "logo.png"  dynamic "/search" 2 kB',
    );
    expect(resources.map(({ path }) => path)).toEqual([
      '/',
      '/search',
      '/object1.jpg',
      '/object2.jpg',
      '/x/1.jpg',
      '/x/2.jpg',
      '/logo.png',
    ]);
    expect(resources.find(({ path }) => path === '/logo.png')).toMatchObject({
      type: 'image/png',
      content: { kind: 'bytes', bytes: new Uint8Array([1, 2, 3]) },
    });
    expect(resources.find(({ path }) => path === '/search')?.dynamic).toBe(true);
  });
  test('serves the files of a folder', () => {
    const { resources } = website('from "site"');
    const text = ({ content }: (typeof resources)[number]) => (content.kind === 'bytes' ? new TextDecoder().decode(content.bytes) : '');
    expect(resources.map((one) => [one.path, one.type.split(';')[0], text(one)])).toEqual([
      ['/a%20b.txt', 'text/plain', 'a%20b.txt'],
      ['/index.html', 'text/html', 'index.html'],
      ['/', 'text/html', 'index.html'],
      ['/sub/index.html', 'text/html', 'sub/index.html'],
      ['/sub/', 'text/html', 'sub/index.html'],
    ]);
    expect(complaints('website w { from "nothing" }')).toEqual([['"nothing"', 'Cannot read folder `nothing`: there is no such folder.']]);
    expect(compileText('website w { from "later" }', files).missing).toEqual(['file:///w/later/']);
  });
  test('has rules', () => {
    const site = website(
      'redirect "/a" to "/b" redirect "/c" to "http://www.x.org/" status 308 accepts PUT at "/n/" max-age 1 h max-age 2 min for "/b" header Vary "Cookie" connections non-persistent idle 5 s limit 1 kB',
    );
    expect(site.redirects).toEqual([
      { path: '/a', to: '/b', status: 302 },
      { path: '/c', to: 'http://www.x.org/', status: 308 },
    ]);
    expect(site.accepts).toEqual([{ method: 'PUT', path: '/n/' }]);
    expect(site.rules).toEqual([
      { path: null, name: 'Cache-Control', value: 'max-age=3600' },
      { path: '/b', name: 'Cache-Control', value: 'max-age=120' },
      { path: null, name: 'Vary', value: 'Cookie' },
    ]);
    expect([site.persistent, site.idle, site.maximumContent]).toEqual([false, 5e9, 1_000]);
    const plain = website('');
    expect([plain.persistent, plain.idle, plain.inDns]).toEqual([true, MINUTE, false]);
  });
  test('is looked up where its name lies in a zone, and gets an address record there', () => {
    const text = 'zone x.org on ns.x.org\nhost pc\nwebsite www.x.org\nwebsite shop.x.org on www.x.org\npc browses shop.x.org';
    const { services, hosts } = scenarioOf(text);
    expect(services.filter((one) => one.kind === 'http.website').map(({ name, host, inDns }) => [name, host, inDns])).toEqual([
      ['www.x.org', 'www.x.org', true],
      ['shop.x.org', 'www.x.org', true],
    ]);
    const zone = services.find((one): one is ZoneService => one.kind === 'dns.zone' && one.origin === 'x.org.')!;
    const { address } = hosts.find(({ name }) => name === 'www.x.org')!;
    for (const name of ['www.x.org.', 'shop.x.org.']) {
      expect(zone.records.filter((record) => record.name === name).map(({ data }) => data)).toEqual([{ type: 'A', address }]);
    }
  });
  test('keeps the record that the zone has', () => {
    const { services } = scenarioOf('zone x.org on ns.x.org { shop CNAME www }\nwebsite www.x.org\nwebsite shop.x.org on www.x.org');
    const zone = services.find((one): one is ZoneService => one.kind === 'dns.zone' && one.origin === 'x.org.')!;
    expect(zone.records.filter(({ name }) => name === 'shop.x.org.').map(({ data }) => data.type)).toEqual(['CNAME']);
  });
  test('without a zone calls for no DNS', () => {
    const { services } = scenarioOf('host pc\nwebsite www.x.org { page "/" 1 kB }\npc browses www.x.org');
    expect(services.map(({ kind }) => kind)).toEqual(['http.website']);
  });
});

test('a web cache serves hosts, each of which has one', () => {
  const { services } = scenarioOf('host a, b\nwebcache proxy { serves a, b  size 1 MB }');
  expect(services.find((one): one is WebCacheService => one.kind === 'http.cache')).toMatchObject({
    host: 'proxy',
    serves: ['a', 'b'],
    size: 1e6,
  });
  expect(complaints('host a\nwebcache p { serves a }\nwebcache q { serves a }')).toEqual([
    ['a', 'The web cache of `a` is declared twice.'],
  ]);
});

describe('steps', () => {
  test.each([
    ['pc browses www.x.org', { path: '/', loading: { connections: 'persistent', parallel: 6 }, reload: false }],
    ['pc browses www.x.org non-persistent', { loading: { connections: 'non-persistent', parallel: 1 } }],
    ['pc browses www.x.org page "/x" parallel 3', { path: '/x', loading: { connections: 'persistent', parallel: 3 } }],
    ['pc browses WWW.x.org pipelined { reload }', { site: 'www.x.org', loading: { connections: 'pipelined', parallel: 1 }, reload: true }],
  ] as [string, Partial<BrowseAction>][])('%s', (line, expected) => expect(action(line)).toMatchObject(expected));

  test.each([
    ['pc requests "/" from www.x.org', { method: 'GET', paths: ['/'], fields: [], content: null, redirects: 10 }],
    ['pc requests "/*.jpg" from www.x.org', { paths: ['/object1.jpg', '/object2.jpg', '/object3.jpg'] }],
    ['pc requests "/x" from www.x.org { body "a=b" }', { method: 'POST', content: { kind: 'text', text: 'a=b' } }],
    [
      'pc requests "/x" from www.x.org { method PUT upload 5 kB expect-continue }',
      { method: 'PUT', content: { kind: 'generated', size: 5_000 }, fields: [['Expect', '100-continue']] },
    ],
    [
      'pc requests "/" from www.x.org { range "0-9" header X-A "b" if-changed redirects 0 }',
      {
        fields: [
          ['X-A', 'b'],
          ['Range', 'bytes=0-9'],
        ],
        ifChanged: true,
        redirects: 0,
      },
    ],
  ] as [string, Partial<RequestAction>][])('%s', (line, expected) => expect(action(line)).toMatchObject(expected));

  test('text in header fields is UTF-8 on the wire', () => {
    expect(action('pc requests "/" from www.x.org { header X-Name "Ċ" }')).toMatchObject({ fields: [['X-Name', '\xc4\x8a']] });
  });

  test('what may be PUT may be published', () => {
    expect(complaints('website y { accepts PUT at "/notes/" }\ny publishes "/notes/1"')).toEqual([]);
    expect(complaints('website y { accepts POST at "/notes/" }\ny publishes "/notes/1"')).toHaveLength(1);
  });

  test('publish', () => {
    expect(action('www.x.org publishes "/" 5 kB')).toEqual({
      kind: 'http.publish',
      host: 'www.x.org',
      site: 'www.x.org',
      path: '/',
      size: 5_000,
    });
  });
});

describe('mistakes', () => {
  const above = 'host pc\nwebsite www.x.org { page "/" 1 kB }\n';
  test.each([
    [
      'pc requests "index.html" from www.x.org',
      '"index.html"',
      '`index.html` is no path of a website: it begins without a slash.',
      'pc requests "/index.html" from www.x.org',
    ],
    ['pc requests "/a b" from www.x.org', '"/a b"', '`/a b` is no path of a website: it holds what no URI does.', null],
    ['pc requests "/*.png" from www.x.org', '"/*.png"', 'Website `www.x.org` has no resource that fits `/*.png`.', null],
    ['pc browses ww.x.org', 'ww.x.org', 'There is no website `ww.x.org`. Did you mean `www.x.org`?', 'pc browses www.x.org'],
    [
      'pc browses nowhere.test',
      'nowhere.test',
      'There is no website `nowhere.test`.',
      'website nowhere.test { page "/" 20 KiB }\npc browses nowhere.test',
    ],
    ['pc publishes "/"', 'pc', 'There is no website on `pc`.', null],
    ['website y { object "/a" 1 kB in "/gone" }', '"/gone"', 'The website has no page `/gone` that something could be embedded in.', null],
    ['website y { page "/a" 1 kB object "/a" 1 kB }', '"/a"', '`/a` is declared twice on this website.', null],
    ['website y { page "/*" 1 kB }', '"/*"', '`/*` is no path of a website: a * stands for no resource here.', null],
    ['website y { objects 2 of 1 kB named "/a" }', '"/a"', '`/a` names 2 objects: write a `*` where their numbers go.', null],
    ['website y { redirect "/a" to "b" }', '"b"', '`b` is neither a path (`/new`) nor a whole URI (`http://www.example.org/`).', null],
    [
      'website y { redirect "/a" to "/b" status 300 }',
      '300',
      '`300` does not fit here. Expected `301`, `302`, `303`, `307` or `308`: `redirect PATH to TARGET [status (301 | 302 | 303 | 307 | 308)]`.',
      null,
    ],
    [
      'pc browses http://www.x.org/',
      'http://www.x.org/',
      'Here stands the website’s name, not a URI. Write `www.x.org`.',
      'pc browses www.x.org',
    ],
    [
      'pc browses "https://www.x.org/a?b#c"',
      '"https://www.x.org/a?b#c"',
      'Here stands the website’s name, not a URI. Write `www.x.org using https page "/a?b"`.',
      'pc browses www.x.org using https page "/a?b"',
    ],
    [
      'pc browses www.x.org/a pipelined',
      'www.x.org/a',
      'Here stands the website’s name, not a URI. Write `www.x.org page "/a"`.',
      'pc browses www.x.org page "/a" pipelined',
    ],
    [
      'pc browses www.x.org:8080',
      'www.x.org:8080',
      'Here stands the website’s name, without a port: it is on port 80, on https on 443. Write `www.x.org`.',
      'pc browses www.x.org',
    ],
    [
      'pc requests "/" from https://www.x.org',
      'https://www.x.org',
      'Here stands the website’s name, not a URI. Write `www.x.org using https`.',
      'pc requests "/" from www.x.org using https',
    ],
    [
      'pc requests "http://www.x.org/"',
      '"http://www.x.org/"',
      'Path and website stand apart, the path in quotes. Write `"/" from www.x.org`.',
      'pc requests "/" from www.x.org',
    ],
    [
      'pc requests http://www.x.org/a from www.x.org',
      'http://www.x.org/a',
      'Path and website stand apart, the path in quotes. Write `"/a"`.',
      'pc requests "/a" from www.x.org',
    ],
    [
      'pc requests "http://www.x.org/a" from www.x.org',
      '"http://www.x.org/a"',
      '`http://www.x.org/a` is a whole URI; here stands the path alone: `"/a"`.',
      'pc requests "/a" from www.x.org',
    ],
    ['pc requests /a from www.x.org', '/a', 'A path stands in quotes: `"/a"`.', 'pc requests "/a" from www.x.org'],
    ['website y { page / 1 kB }', '/', 'A path stands in quotes: `"/"`.', 'website y { page "/" 1 kB }'],
    ['www.x.org publishes "/gone"', '"/gone"', 'Website `www.x.org` has no resource `/gone`. It has `/`.', null],
    [
      'website y { page "/news.html" 1 kB }\ny publishes "/new.html" 2 kB',
      '"/new.html"',
      'Website `y` has no resource `/new.html`. Did you mean `/news.html`?',
      'y publishes "/news.html" 2 kB',
    ],
    ['website y\ny publishes "/"', '"/"', 'Website `y` has no resource `/`. It has none.', null],
    ['website y { https on }', 'on', '`on` does not fit here. Did you mean `offered`?', 'website y { https offered }'],
    ['website y { tls offered }', 'tls', 'This block has no property `tls`. Did you mean `https`?', 'website y { https offered }'],
    [
      'website y { file "/a" "some text" }',
      '"some text"',
      'A website’s file is a real one: `file "/a" from "file.txt"`. What is made up for it is an `object` of some size: `object "/a" 5 kB`.',
      null,
    ],
    [
      'website y { file "/a.png" "logo.png" }',
      '"logo.png"',
      '`from` is missing before `"logo.png"`: `file PATH from FILE`.',
      'website y { file "/a.png" from "logo.png" }',
    ],
    [
      'pc requests "/" from www.x.org { header X-Y "a\\nX-Z: b" }',
      'X-Y',
      '`X-Y` is no header field: its text has a control character, or a space at an end.',
      null,
    ],
    [
      'pc requests "/" from www.x.org { range "5-1" }',
      'range "5-1"',
      '`5-1` names no ranges: write `"0-499"`, `"500-"`, `"-500"` or several with commas.',
      null,
    ],
    ['website y { file "/a" from "gone.png" }', '"gone.png"', 'Cannot read `gone.png`: there is no such file.', null],
    ['website www.x.org', 'www.x.org', 'Website `www.x.org` is declared twice.', null],
  ])('%s', (line, marked, message, mended) => {
    const text = above + line;
    expect(complaints(text)[0]).toEqual([marked, message]);
    if (mended === null) return;
    const fixed = applyFix(text, compileText(text, files).diagnostics.find((one) => one.message === message)!);
    expect(fixed.replace(above, '')).toContain(mended.split('\n').at(-1)!);
    expect(complaints(fixed)).toEqual([]);
  });
  test('a host without a website, or a name in a zone, may be asked: it will refuse', () => {
    expect(complaints(`${above}host tv\npc browses tv`)).toEqual([]);
    expect(complaints(`${above}host tv { address 10.9.9.9 }\ntv crashes\npc requests "/" from 10.9.9.9`)).toEqual([]);
    expect(complaints(`${above}zone y.org on ns.y.org\npc browses www.y.org`)).toEqual([]);
  });
});
