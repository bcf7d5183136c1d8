import { describe, expect, test } from 'vitest';
import { TOKENS_LIMIT, tokensOf } from './tokens.ts';

const message = (body: string, ...fields: string[]) => [...fields, '', body, ''].join('\r\n');
const HTML = 'Content-Type: text/html; charset=utf-8';

describe('what a spam filter sees of a message', () => {
  test.each([
    ['words in lower case, each once', message('Buy NOW, buy!'), ['buy', 'now']],
    ['no short words, no numbers but amounts', message('It is 12345 or $500'), ['$500']],
    ['the subject apart from the text', message('free', 'Subject: Free'), ['subject:free', 'free']],
    ['an encoded subject', message('', 'Subject: =?utf-8?q?cr=C3=AApes?='), ['subject:crêpes']],
    ['the author and the domain', message('', 'From: Win <WIN@Offers.example>'), ['from:win@offers.example', 'from:offers.example']],
    ['hosts of links, no words of their URLs', message('See http://evil.example/free-money'), ['see', 'link:evil.example']],
    ['HTML without its tags', message('<p class="cheap">Hello <b>World</b></p>', HTML), ['hello', 'world']],
    ['a word that a comment cuts in two', message('vi<!-- x -->agra', HTML), ['viagra']],
    ['character references', message('f&#114;ee &lt;money&gt;', HTML), ['free', 'money']],
    ['nothing of scripts', message('<script>var evil = 1;</script>text', HTML), ['text']],
    ['base64', message('ZnJlZSBtb25leQ==', 'Content-Transfer-Encoding: base64'), ['free', 'money']],
    ['no octets at all', '', []],
  ])('%s', (_what, content, tokens) => expect(tokensOf(content)).toEqual(tokens));

  test('parts, and no text of attachments that are none', () => {
    const octets = [
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'hello',
      '--b',
      'Content-Type: application/octet-stream',
      '',
      'binary',
      '--b--',
      '',
    ].join('\r\n');
    expect(tokensOf(octets)).toEqual(['hello']);
  });

  test('no more than its limit', () => {
    const words = Array.from({ length: TOKENS_LIMIT + 10 }, (_, i) => `word${i}`);
    expect(tokensOf(message(words.join(' '))).length).toBe(TOKENS_LIMIT);
  });
});
