/** `.torrent` files: written and read, and what is refused. */
import { sha1 } from '@noble/hashes/legacy.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { type Bencodable, encodeBencoded } from './bencoding.ts';
import { decodeMetainfo, encodeMetainfo, type Info, infoHashOf, type MetainfoContent } from './metainfo.ts';

const info: Info = {
  name: 'ubuntu.iso',
  pieceLength: 16384,
  pieces: new Uint8Array(60).fill(7),
  files: null,
  length: 40_000,
  isPrivate: false,
};
const torrent: MetainfoContent = {
  info,
  trackers: [['http://tracker.example.org/announce']],
  comment: null,
  createdBy: 'netscenario',
  creationDate: 1_767_225_600,
};

test('the bytes of a file', () => {
  const infoOctets = `d6:lengthi40000e4:name10:ubuntu.iso12:piece lengthi16384e6:pieces60:${'\x07'.repeat(60)}e`;
  const octets = `d8:announce35:http://tracker.example.org/announce10:created by11:netscenario13:creation datei1767225600e4:info${infoOctets}e`;
  expect(octetsOf(encodeMetainfo(torrent))).toBe(octets);
  expect(decodeMetainfo(bytesOfOctets(octets))).toEqual({ ...torrent, infoHash: sha1(bytesOfOctets(infoOctets)) });
  expect(infoHashOf(info)).toEqual(sha1(bytesOfOctets(infoOctets)));
});

test('several files, several trackers, private', () => {
  const files = [
    { path: ['Fotos', 'Crêpes.jpg'], length: 100 },
    { path: ['leer'], length: 0 },
    { path: ['a'], length: 39_900 },
  ];
  const several: MetainfoContent = {
    ...torrent,
    info: { ...info, name: 'Urlaub', files, isPrivate: true },
    trackers: [['http://a/announce', 'udp://b:1'], ['http://c/announce']],
  };
  expect(decodeMetainfo(encodeMetainfo(several))).toEqual({ ...several, infoHash: infoHashOf(several.info) });
});

const plainInfo = { length: 40_000, name: 'a', 'piece length': 16384, pieces: new Uint8Array(60) };
const read = (top: Bencodable) => decodeMetainfo(encodeBencoded(top));
const withInfo = (changes: Readonly<Record<string, Bencodable | undefined>>) => read({ info: { ...plainInfo, ...changes } });

test('the info hash is that of the bytes, with all that is not known here', () => {
  const more = { ...plainInfo, source: 'X', 'zz unknown': [1, { b: 2 }] };
  expect(read({ info: more })).toMatchObject({ infoHash: sha1(encodeBencoded(more)), info: { name: 'a' } });
});

describe('trackers', () => {
  test.each<[string, Bencodable, readonly (readonly string[])[]]>([
    ['none', {}, []],
    ['one', { announce: 'udp://a:1' }, [['udp://a:1']]],
    [
      'a list, which counts alone',
      { announce: 'udp://a:1', 'announce-list': [['udp://b:1'], ['udp://c:1', 'udp://d:1']] },
      [['udp://b:1'], ['udp://c:1', 'udp://d:1']],
    ],
    ['an empty list', { announce: 'udp://a:1', 'announce-list': [[]] }, [['udp://a:1']]],
  ])('%s', (_, entries, trackers) => expect(read({ ...(entries as object), info: plainInfo })).toMatchObject({ trackers }));
});

describe('refused', () => {
  test.each<[string, ReturnType<typeof decodeMetainfo>, string, number]>([
    ['what is no bencoding', decodeMetainfo(bytesOfOctets('<html>')), 'a value begins with i, l, d or a digit', 0],
    ['a list', read([]), 'it is no dictionary', 0],
    ['nothing', read({}), '“info” is missing', 0],
    ['another info', read({ info: 'x' }), '“info” is no dictionary', 0],
    ['no name', withInfo({ name: undefined }), '“name” is missing', 7],
    ['a name that is no UTF-8', withInfo({ name: Uint8Array.of(0xff) }), 'a name that is no UTF-8', 29],
    ['a name that leads out', withInfo({ name: '..' }), 'a name that leads to another folder', 29],
    ['a name with folders', withInfo({ name: '/etc/passwd' }), 'a name with a slash or NUL in it', 29],
    ['a long name', withInfo({ name: 'ä'.repeat(128) }), 'a name of more than 255 octets', 29],
    ['pieces of no length', withInfo({ 'piece length': 0 }), 'a piece length of 0; 1 to 1073741824 bytes are allowed', 47],
    ['too few hashes', withInfo({ pieces: new Uint8Array(40) }), '“pieces” has 40 bytes; 3 pieces of the content take 60', 62],
    ['half a hash', withInfo({ pieces: new Uint8Array(50) }), '“pieces” has 50 bytes; 3 pieces of the content take 60', 62],
    ['no content', withInfo({ length: 0, pieces: '' }), 'there is no content', 7],
    ['a negative length', withInfo({ length: -1 }), 'a length below 0', 16],
    ['a length that is text', withInfo({ length: '1' }), '“length” is no integer', 7],
    ['both forms', withInfo({ files: [] }), 'both “length” and “files”: it is one file or several', 7],
    ['no files', withInfo({ length: undefined, files: [] }), 'no files', 15],
    ['a file without a path', withInfo({ length: undefined, files: [{ length: 1, path: [] }] }), 'a path has 1 to 32 names', 34],
    [
      'a file that leads out',
      withInfo({ length: undefined, files: [{ length: 1, path: ['a', '..'] }] }),
      'a name that leads to another folder',
      38,
    ],
    [
      'more than can be counted',
      withInfo({ length: undefined, files: [1, 2].map(() => ({ length: 2 ** 53 - 1, path: ['a'] })) }),
      'more than 2^53 − 1 bytes of content',
      7,
    ],
    [
      'version 2',
      withInfo({ pieces: undefined, 'meta version': 2 }),
      'it is of version 2 alone (BEP 52): there are no SHA-1 hashes of its pieces',
      7,
    ],
    ['a tracker that is none', read({ announce: 'a b', info: plainInfo }), 'a tracker’s URL with something in it that is none', 11],
    ['a long URL', read({ announce: 'a'.repeat(3000), info: plainInfo }), 'a tracker’s URL of 3000 octets; 2048 are allowed', 11],
    ['many trackers', read({ 'announce-list': [new Array(201).fill('a')], info: plainInfo }), '201 trackers; 200 are allowed', 17],
    ['too much of it', decodeMetainfo(new Uint8Array(2 ** 24 + 1)), 'metainfo of 16777217 bytes; 16777216 are allowed', 2 ** 24],
  ])('%s', (_, result, error, at) => expect(result).toEqual({ error, at }));

  test('a torrent of both versions is one of version 1', () => {
    expect(withInfo({ 'meta version': 2, 'file tree': {} })).toMatchObject({ info: { length: 40_000 } });
  });
});

const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .filter((text) => !/[/\0\ud800-\udfff]/.test(text) && !/^\.\.?$/.test(text));
const file = fc.record({ path: fc.array(name, { minLength: 1, maxLength: 3 }), length: fc.integer({ min: 1, max: 50_000 }) });
const contents: fc.Arbitrary<MetainfoContent> = fc
  .record({
    name,
    pieceLength: fc.integer({ min: 1000, max: 70_000 }),
    files: fc.option(fc.array(file, { minLength: 1, maxLength: 4 })),
    length: fc.integer({ min: 1, max: 100_000 }),
    isPrivate: fc.boolean(),
    trackers: fc.array(fc.array(fc.webUrl(), { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    comment: fc.option(name),
  })
  .map(({ trackers, comment, files, ...rest }) => {
    const length = files ? files.reduce((sum, one) => sum + one.length, 0) : rest.length;
    const pieces = new Uint8Array(20 * Math.ceil(length / rest.pieceLength)).fill(3);
    return { info: { ...rest, files, length, pieces }, trackers, comment, createdBy: null, creationDate: null };
  });

test('what is written is read', () => {
  fc.assert(
    fc.property(contents, (content) => {
      expect(decodeMetainfo(encodeMetainfo(content))).toEqual({ ...content, infoHash: infoHashOf(content.info) });
    }),
  );
});
