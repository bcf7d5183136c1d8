import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suspicionOf, wordsOf } from './link-check.ts';
import { linksOf } from './links.ts';
import { decodePunycode, unicodeName } from './punycode.ts';

const SETTINGS = { protected: ['globalpay.example', 'crepes.fr'], blocked: ['evil.example'] };

const judged = (html: string) => linksOf(html, true).links.map((link) => suspicionOf(link, SETTINGS));
const words = (html: string) => judged(html).map((suspicion) => suspicion && wordsOf(suspicion));

describe('a link is suspicious', () => {
  test.each([
    ['<a href="http://x.example/">https://www.globalpay.example/login</a>', 'shows www.globalpay.example, leads to x.example'],
    ['<a href="http://x.example/">www.globalpay.example</a>', 'shows www.globalpay.example, leads to x.example'],
    ['<a href="http://x.example/"><b>GlobalPay</b>.example</a>', 'shows globalpay.example, leads to x.example'],
    ['<a href="https://g1obalpay.example/">Log in</a>', 'g1obalpay.example looks like globalpay.example'],
    [
      '<a href="https://www.xn--globalpy-76g.example/">Log in</a>',
      'www.xn--globalpy-76g.example (www.globalpаy.example) looks like globalpay.example',
    ],
    ['<a href="https://globalpаy.example/">Log in</a>', 'globalpаy.example looks like globalpay.example'],
    ['<a href="https://crêpes.fr">x</a>', 'crêpes.fr looks like crepes.fr'],
    ['<a href="https://globalpay.example@x.example/">Log in</a>', 'seems to be globalpay.example, leads to x.example'],
    ['<a href="http://192.0.2.7/">Log in</a>', 'leads to the bare address 192.0.2.7'],
    ['<a href="http://a.evil.example/">Log in</a>', 'leads to a.evil.example, which is on the block list'],
    ['http://a.evil.example/x.', 'leads to a.evil.example, which is on the block list'],
    ["<A HREF='http://a.evil.example'>x", 'leads to a.evil.example, which is on the block list'],
    ['<a href="http:&#47;/a.evil.example/">x</a>', 'leads to a.evil.example, which is on the block list'],
    ['<a href = "http://a.evil.example/">x</a>', 'leads to a.evil.example, which is on the block list'],
    ['<a\nhref\n=\nhttp://a.evil.example/>x</a>', 'leads to a.evil.example, which is on the block list'],
    ['<a title = "a>b" href= "http://a.evil.example/">x</a>', 'leads to a.evil.example, which is on the block list'],
    ['<a title="a>b" href="http://a.evil.example/">x</a>', 'leads to a.evil.example, which is on the block list'],
  ])('%s', (html, why) => expect(words(html)).toEqual([why]));

  test.each([
    '<a href="https://www.globalpay.example/">https://globalpay.example/</a>',
    '<a href="https://login.globalpay.example/">Log in</a>',
    '<a href="https://www.example.org/">our page</a>',
    '<a href="https://www.example.org/">Version 2.0 is out</a>',
    '<a href="mailto:bob@hamburger.edu">bob@hamburger.edu</a>',
    '<a href="#top">www.globalpay.example</a>',
    'https://www.example.org/',
  ])('%s is not', (html) => expect(judged(html).filter((one) => one !== null)).toEqual([]));
});

test('a URL that stands in the text of its own link is one link', () => {
  expect(linksOf('<a href="http://a.example/1">http://a.example/2</a> http://a.example/3', true).links.map(({ href }) => href)).toEqual([
    'http://a.example/1',
    'http://a.example/3',
  ]);
});

test('tags without an end are read once', () => {
  const began = performance.now();
  expect(linksOf(`${'<a '.repeat(80_000)}href=">"`, true)).toMatchObject({ links: [] });
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('dots in a URL take no longer than other characters, and a text is looked at as far as its limit', () => {
  const url = `http://x.example/${'.'.repeat(100_000)}a`;
  const began = performance.now();
  expect(linksOf(`${url}...`, false).links.map(({ href }) => href === url)).toEqual([true]);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(linksOf(`${' '.repeat(256 * 1024)}http://a.example`, false)).toMatchObject({ links: [] });
});

// RFC 3492 §7.1
test.each([
  ['egbpdaj6bu4bxfgehfvwxn', 'ليهمابتكلموشعربي؟'],
  ['ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
  ['Proprostnemluvesky-uyb24dma41a', 'Pročprostěnemluvíčesky'],
  ['MajiKoi5-783gue6qz075azm5e', 'MajiでKoiする5秒前'],
  ['-> $1.00 <--', '-> $1.00 <-'],
])('%s', (text, meant) => expect(decodePunycode(text)).toBe(meant));

test.each(['99999999', 'a-é', 'x'.repeat(64), '-!'])('%s is no Punycode', (text) => expect(decodePunycode(text)).toBe(null));

const python = spawnSync('python3', ['-c', 'import encodings.punycode']).status === 0;

test.skipIf(!python)('reads what Python writes', () => {
  const labels = fc.sample(
    fc.string({ unit: fc.constantFrom(...'abz-09äéжщあ中𝔘'), minLength: 1, maxLength: 12 }).filter((text) => /[^\0-\x7f]/.test(text)),
    { seed: 1, numRuns: 300 },
  );
  const script = 'import json,sys\nprint(json.dumps([x.encode("punycode").decode() for x in json.load(sys.stdin)]))';
  const theirs: string[] = JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(labels), encoding: 'utf8' }));
  for (const [i, text] of theirs.entries()) expect(decodePunycode(text)).toBe(labels[i]);
  expect(unicodeName(`www.xn--${theirs[0]}.example`)).toBe(`www.${labels[0]}.example`);
});
