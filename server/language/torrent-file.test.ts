/** `.torrent` files that a scenario names. */
import { describe, expect, test } from 'vitest';
import type { TorrentService } from '../../engines/bittorrent/scenario.ts';
import { encodeMetainfo, type Info } from '../../engines/bittorrent/wire/metainfo.ts';
import { compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';
import type { FileContent, FileTable } from './compilation.ts';

const raw = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });

/** Of a torrent of 1 MB, but for what is changed of it. */
function file(changes: Partial<Info> = {}, trackers: readonly (readonly string[])[] = [['udp://Tracker.example.org:6969']]): FileContent {
  const plain = { name: 'x', pieceLength: 65_536, pieces: new Uint8Array(20 * 16), files: null, length: 1_000_000, isPrivate: false };
  const info = { ...plain, ...changes };
  return { kind: 'bytes', bytes: encodeMetainfo({ info, trackers, comment: null, createdBy: null, creationDate: null }) };
}

const files: FileTable = new Map([
  ['file:///w/good.torrent', file()],
  ['file:///w/bare.torrent', file({}, [])],
  ['file:///w/secure.torrent', file({}, [['http://10.0.0.1/announce'], ['https://tracker.example.org/announce']])],
  ['file:///w/several.torrent', file({ files: [1, 2].map((i) => ({ path: ['d', String(i)], length: 500_000 })) })],
  ['file:///w/odd.torrent', file({ pieceLength: 40_000, pieces: new Uint8Array(20 * 25) })],
  ['file:///w/huge.torrent', file({ length: 2 ** 41, pieceLength: 2 ** 24, pieces: new Uint8Array(20 * 2 ** 17) })],
  ['file:///w/leads-out.torrent', raw('d4:infod6:lengthi1e4:name2:..12:piece lengthi16384e6:pieces0:ee')],
  ['file:///w/page.torrent', raw('<html>')],
  ['file:///w/none.torrent', { kind: 'unreadable', reason: 'there is no such file' }],
]);

function torrentOf(text: string) {
  const { scenario, diagnostics } = compileText(`${text}\npc downloads t`, files);
  expect(diagnostics).toEqual([]);
  return { torrent: scenario.services[0] as TorrentService, hosts: scenario.hosts };
}

describe('a torrent', () => {
  test('is as large as its file says, and has its tracker, which is a host', () => {
    const { torrent, hosts } = torrentOf('host s, pc\ntorrent t { from "good.torrent" seeds s }');
    const { bytes } = files.get('file:///w/good.torrent') as { bytes: Uint8Array };
    expect(torrent).toMatchObject({
      size: 1_000_000,
      pieceLength: 65_536,
      tracker: 'tracker.example.org',
      trackerTransport: 'udp',
      metainfo: bytes,
    });
    expect(hosts.find(({ name }) => name === 'tracker.example.org')).toMatchObject({ implicit: true });
  });

  test('takes a declared host for its tracker, or another one that is given', () => {
    const declared = torrentOf('torrent t { from "good.torrent" seeds s }\nhost s, pc, TRACKER.example.org { up 5 Mbps }');
    expect(declared.torrent.tracker).toBe('TRACKER.example.org');
    expect(declared.hosts.length).toBe(3);
    expect(torrentOf('host s, pc, other\ntorrent t { from "good.torrent" seeds s tracker other }').torrent).toMatchObject({
      tracker: 'other',
      trackerTransport: 'http',
    });
  });

  test.each([
    ['without a tracker has the one that is filled in', 'bare', 'tracker'],
    ['has the first tracker that goes by a name; HTTPS is HTTP', 'secure', 'tracker.example.org'],
    ['of several files is one', 'several', 'tracker.example.org'],
  ])('%s', (_, name, tracker) => {
    expect(torrentOf(`host s, pc\ntorrent t { from "${name}.torrent" seeds s }`).torrent).toMatchObject({ tracker, size: 1_000_000 });
  });
});

describe('is told', () => {
  test.each([
    [
      'a page',
      'torrent t { from "page.torrent" }\n                 ^^^^^^^^^^^^^^ malformed-file: a value begins with i, l, d or a digit (byte 0)',
    ],
    [
      'a name that leads out',
      'torrent t { from "leads-out.torrent" }\n                 ^^^^^^^^^^^^^^^^^^^ malformed-file: a name that leads to another folder',
    ],
    [
      'pieces of an odd size',
      'torrent t { from "odd.torrent" }\n                 ^^^^^^^^^^^^^ malformed-file: 40000 bytes; a power of two from 16 KiB to 16 MiB will do',
    ],
    ['too large a torrent', 'torrent t { from "huge.torrent" }\n                 ^^^^^^^^^^^^^^ malformed-file: 2199023255552 bytes'],
    ['a file that is not there', 'torrent t { from "none.torrent" }\n                 ^^^^^^^^^^^^^^ missing-file'],
    [
      'a size that the file says already',
      'host s\ntorrent t { from "good.torrent" size 5 MiB seeds s }\n                                ^^^^^^^^^^ without-effect\ns leaves t',
    ],
  ])('%s, and nothing about those who name it', (_, annotated) => {
    const { text, marks, messages } = readAnnotated(`host pc\n${annotated}\npc downloads t`);
    const { diagnostics } = compileText(text, files);
    expect(diagnostics.map((diagnostic) => markOf(text, diagnostic))).toEqual(marks);
    messages.forEach((part, i) => {
      expect(diagnostics[i]!.message).toContain(part ?? '');
    });
  });
});
