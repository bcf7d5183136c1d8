/** `.torrent` files of ours as aria2 and libtorrent read them, and libtorrent's as we do. Needs aria2c, and libtorrent for Python. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import { afterAll, describe, expect, test } from 'vitest';
import { bytesOfAll, type Contents } from '../contents.ts';
import { PieceHashes } from './piece-hashes.ts';
import { decodeMagnet, encodeMagnet } from './wire/magnet.ts';
import { decodeMetainfo, encodeMetainfo, type Info, infoHashOf, type MetainfoContent } from './wire/metainfo.ts';

const aria2 = spawnSync('aria2c', ['--version']).status === 0;
const libtorrent = spawnSync('/usr/bin/python3', ['-c', 'import libtorrent']).status === 0;
if (!aria2) console.warn('aria2 is not installed: it does not read our .torrent files');
if (!libtorrent) console.warn('python3-libtorrent is not installed: it neither reads our .torrent files nor writes its own');

const folder = mkdtempSync(join(tmpdir(), 'torrent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content: Contents = [{ seed: 11, offset: 0, length: 200_000 }];
const hashes = new PieceHashes(content, 65_536);
const base = { pieceLength: 65_536, pieces: hashes.all(), length: 200_000 };
const single: Info = { ...base, name: 'ubuntu-24.04.iso', files: null, isPrivate: false };
const several: Info = {
  ...base,
  name: 'Urlaub ☀',
  files: [
    { path: ['Fotos', 'Crêpes.jpg'], length: 150_000 },
    { path: ['leer.txt'], length: 0 },
    { path: ['Fotos', 'Strand', '海.png'], length: 50_000 },
  ],
  isPrivate: true,
};
const rest = { comment: 'for a lesson', createdBy: 'netscenario', creationDate: 1_767_225_600 };
const torrents: readonly MetainfoContent[] = [
  { ...rest, info: single, trackers: [['http://tracker.example.org/announce']] },
  { ...rest, info: several, trackers: [['udp://tracker.example.org:6969', 'http://a.example/announce'], ['http://b.example/announce']] },
  { info: { ...single, name: 'bare' }, trackers: [], comment: null, createdBy: null, creationDate: null },
];

function saved(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** What a Python program prints as JSON. */
function python(program: string, ...args: string[]): unknown {
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', ['-c', program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const filesOf = ({ name, files, length }: Info): (readonly [path: string, length: number])[] =>
  files ? files.map((file) => [[name, ...file.path].join('/'), file.length]) : [[name, length]];

describe.skipIf(!aria2)('aria2 reads', () => {
  test.each(torrents.map((torrent) => [torrent.info.name, torrent] as const))('%s', (_, torrent) => {
    const path = saved('ours.torrent', encodeMetainfo(torrent));
    const { stdout, status } = spawnSync('aria2c', ['--no-conf', '--show-files', path], { encoding: 'utf8' });
    expect(status).toBe(0);
    const value = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(stdout)?.[1];
    expect(value('Info Hash')).toBe(bytesToHex(infoHashOf(torrent.info)));
    expect(value('Piece Length')).toBe('64KiB');
    expect(value('The Number of Pieces')).toBe('4');
    expect(value('Total Length')).toBe('195KiB (200,000)');
    expect(value('Name')).toBe(torrent.info.name);
    const listed = [...stdout.matchAll(/^ *\d+\|\.\/(.*)\n +\|[^(]*\(([\d,]+)\)$/gm)];
    expect(listed.map(([, file, size]) => [file, Number(size?.replaceAll(',', ''))])).toEqual(filesOf(torrent.info));
    for (const url of torrent.trackers.flat()) expect(stdout).toContain(url);
  });
});

const LOAD = `
import json, sys, hashlib, libtorrent as lt
info = lt.torrent_info(sys.argv[1])
content = open(sys.argv[2], 'rb').read()
files = info.files()
size = info.piece_length()
params = lt.load_torrent_file(sys.argv[1])
magnet = lt.parse_magnet_uri(sys.argv[3])
print(json.dumps({
  'hash': str(info.info_hash()),
  'files': [[files.file_path(i), files.file_size(i)] for i in range(files.num_files())],
  'private': info.priv(),
  # It shuffles what stands in a tier, as BEP 12 wants it.
  'trackers': sorted([t.tier, t.url] for t in info.trackers()),
  'comment': info.comment(), 'creator': info.creator(), 'date': info.creation_date(),
  'fit': [hashlib.sha1(content[i * size:(i + 1) * size]).digest() == info.hash_for_piece(i) for i in range(info.num_pieces())],
  'magnet': [str(magnet.info_hashes.v1), magnet.name, magnet.trackers],
}))`;

describe.skipIf(!libtorrent)('libtorrent reads', () => {
  const contentPath = saved('content', bytesOfAll(content));

  test.each(torrents.map((torrent) => [torrent.info.name, torrent] as const))(
    '%s, and the pieces’ hashes fit the content',
    (_, torrent) => {
      const path = saved('ours.torrent', encodeMetainfo(torrent));
      const { info, trackers } = torrent;
      const infoHash = infoHashOf(info);
      const magnet = encodeMagnet({ infoHash, name: info.name, length: null, trackers: trackers.flat(), peers: [] });
      expect(python(LOAD, path, contentPath, magnet)).toEqual({
        hash: bytesToHex(infoHash),
        files: filesOf(info),
        private: info.isPrivate,
        trackers: trackers.flatMap((tier, i) => [...tier].sort().map((url) => [i, url])),
        comment: torrent.comment ?? '',
        creator: torrent.createdBy ?? '',
        date: torrent.creationDate ?? 0,
        fit: [true, true, true, true],
        magnet: [bytesToHex(infoHash), info.name, trackers.flat()],
      });
    },
  );
});

/** Makes a torrent of files whose byte i is i % 251, counted over all of them. */
const CREATE = `
import json, sys, os, libtorrent as lt
folder, name, files, trackers, private, flags = sys.argv[1], sys.argv[2], *map(json.loads, sys.argv[3:7])
storage = lt.file_storage()
count = 0
for path, size in files:
  full = os.path.join(folder, 'theirs', path)
  os.makedirs(os.path.dirname(full), exist_ok=True)
  open(full, 'wb').write(bytes((count + i) % 251 for i in range(size)))
  count += size
  storage.add_file(path, size)
torrent = lt.create_torrent(storage, 16384, flags=flags)
for url, tier in trackers: torrent.add_tracker(url, tier)
torrent.set_priv(private)
torrent.set_creator('libtorrent ' + lt.version)
torrent.set_comment('Grüße')
lt.set_piece_hashes(torrent, os.path.join(folder, 'theirs'))
path = os.path.join(folder, name + '.torrent')
open(path, 'wb').write(lt.bencode(torrent.generate()))
info = lt.torrent_info(path)
print(json.dumps({'hash': str(info.info_hashes().v1), 'magnet': lt.make_magnet_uri(info), 'bytes': list(open(path, 'rb').read())}))`;

const [V1_ONLY, BOTH, V2_ONLY] = [64, 0, 32];

describe.skipIf(!libtorrent)('we read libtorrent’s', () => {
  const create = (name: string, files: [string, number][], trackers: [string, number][], isPrivate: boolean, flags: number) => {
    const args = [files, trackers, isPrivate, flags].map((arg) => JSON.stringify(arg));
    return python(CREATE, folder, name, ...args) as { hash: string; magnet: string; bytes: number[] };
  };

  const cases: [string, [string, number][], [string, number][], boolean][] = [
    ['one file', [['one.bin', 40_000]], [['http://tracker.example.org/announce', 0]], false],
    [
      'several, private, with tiers',
      [
        ['Grüße/b/c.bin', 30_000],
        ['Grüße/ä ö.txt', 5],
        ['Grüße/海.png', 20_000],
      ],
      [
        ['udp://a.example:1', 0],
        ['http://b.example/announce', 1],
        ['udp://c.example:2', 1],
      ],
      true,
    ],
    ['no tracker', [['x', 1]], [], false],
  ];

  test.each(cases)('%s', (name, files, trackers, isPrivate) => {
    const theirs = create(name, files, trackers, isPrivate, V1_ONLY);
    const metainfo = decodeMetainfo(Uint8Array.from(theirs.bytes));
    if ('error' in metainfo) throw new Error(metainfo.error);
    const { info } = metainfo;
    expect(bytesToHex(metainfo.infoHash)).toBe(theirs.hash);
    expect(bytesToHex(infoHashOf(info))).toBe(theirs.hash);
    expect(filesOf(info)).toEqual(files);
    expect(metainfo.trackers.flatMap((tier, i) => tier.map((url) => [url, i]))).toEqual(trackers);
    expect(info.isPrivate).toBe(isPrivate);
    expect(metainfo.createdBy).toMatch(/^libtorrent 2/);
    expect(metainfo.comment).toBe('Grüße');
    const bytes = Uint8Array.from({ length: info.length }, (_, i) => i % 251);
    expect(new PieceHashes([bytes], info.pieceLength).all()).toEqual(info.pieces);
    const magnet = decodeMagnet(theirs.magnet);
    if ('error' in magnet) throw new Error(magnet.error);
    expect(magnet).toMatchObject({ infoHash: metainfo.infoHash, name: info.name });
    expect([...magnet.trackers].sort()).toEqual(trackers.map(([url]) => url).sort());
  });

  test('one of version 1 and 2 by its first version, one of version 2 alone not', () => {
    const both = create(
      'both',
      [
        ['d/a', 20_000],
        ['d/b', 20_000],
      ],
      [],
      false,
      BOTH,
    );
    const metainfo = decodeMetainfo(Uint8Array.from(both.bytes));
    if ('error' in metainfo) throw new Error(metainfo.error);
    expect(bytesToHex(metainfo.infoHash)).toBe(both.hash);
    // Files begin and end with pieces there: what fills the gaps is a file, too.
    expect(metainfo.info.length).toBe(4 * 16_384);
    const second = create(
      'second',
      [
        ['d/a', 20_000],
        ['d/b', 20_000],
      ],
      [],
      false,
      V2_ONLY,
    );
    expect(decodeMetainfo(Uint8Array.from(second.bytes))).toMatchObject({ error: expect.stringMatching(/version 2 alone/) });
  });
});
