/**
 * Metainfo: what a `.torrent` file holds (BEP 3). A dictionary with the tracker's URL and `info`: the name, the piece length, the SHA-1
 * of each piece, and the length of the one file or the list of files. Trackers of several tiers are `announce-list` (BEP 12), torrents
 * whose peers come from the tracker alone are `private` (BEP 27).
 *
 * Theory of operation. The info hash names the torrent: the SHA-1 of `info` as it stands there, with all that is in it and not known
 * here. A torrent of version 1 and 2 at once (BEP 52) is read as one of version 1.
 * Limits: 16 MiB in all, 2^53 − 1 bytes of content, pieces up to 2^30 bytes, 20,000 files, paths of 32 names, names of 255 octets, 200
 * trackers, URLs of 2,048 octets. Names are UTF-8, and none leads out of its folder.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { count } from '../../format.ts';
import type { Bytes } from '../../quantities.ts';
import {
  type Bencodable,
  type Bencoded,
  type BencodedDictionary,
  type BencodedList,
  type BencodingError,
  decodeBencoded,
  encodeBencoded,
  entryOf,
  textOf,
} from './bencoding.ts';
import { HASH_LENGTH } from './handshake.ts';

export interface Info {
  /** Of the file, or of the folder that the files are in. */
  readonly name: string;
  readonly pieceLength: Bytes;
  /** Their hashes, 20 bytes each, end to end: as many as the content has pieces. */
  readonly pieces: Uint8Array;
  /** null: one file, of that name and `length`. */
  readonly files: readonly InfoFile[] | null;
  /** Of all the content, at least 1. */
  readonly length: Bytes;
  readonly isPrivate: boolean;
}

export interface InfoFile {
  /** Names of folders and file, at least one. */
  readonly path: readonly string[];
  readonly length: Bytes;
}

export interface MetainfoContent {
  readonly info: Info;
  /** URLs, in tiers: a tier is tried when none of the ones before it answers. Those that BEP 12 lists, else the one of BEP 3, else none. */
  readonly trackers: readonly (readonly string[])[];
  readonly comment: string | null;
  readonly createdBy: string | null;
  /** Seconds since 1970. */
  readonly creationDate: number | null;
}

export interface Metainfo extends MetainfoContent {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
}

export const METAINFO_LIMIT: Bytes = 16 * 2 ** 20;
export const PIECE_LENGTH_LIMIT: Bytes = 2 ** 30;
const FILES_LIMIT = 20_000;
const PATH_LIMIT = 32;
const NAME_LIMIT = 255;
const TRACKERS_LIMIT = 200;
export const URL_LIMIT = 2048;

/** Total. The error says what is wrong, and at which byte. */
export function decodeMetainfo(bytes: Uint8Array): Metainfo | BencodingError {
  if (bytes.length > METAINFO_LIMIT)
    return { error: `metainfo of ${bytes.length} bytes; ${METAINFO_LIMIT} are allowed`, at: METAINFO_LIMIT };
  const top = decodeBencoded(bytes);
  if ('error' in top) return top;
  try {
    if (top.kind !== 'dictionary') refuse('it is no dictionary', top);
    const dictionary = required(top, 'info', 'dictionary');
    return {
      info: readInfo(dictionary),
      trackers: readTrackers(top),
      comment: optionalText(top, 'comment'),
      createdBy: optionalText(top, 'created by'),
      creationDate: entryOf(top, 'creation date', 'integer')?.value ?? null,
      infoHash: sha1(bytes.subarray(dictionary.start, dictionary.end)),
    };
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    return { error: problem.error, at: problem.at };
  }
}

class Refused implements BencodingError {
  readonly error: string;
  readonly at: Bytes;
  constructor(error: string, at: Bytes) {
    this.error = error;
    this.at = at;
  }
}

function refuse(error: string, { start }: Bencoded): never {
  throw new Refused(error, start);
}

function required<Kind extends Bencoded['kind']>(
  dictionary: BencodedDictionary,
  key: string,
  kind: Kind,
): Extract<Bencoded, { readonly kind: Kind }> {
  return (
    entryOf(dictionary, key, kind) ?? refuse(dictionary.entries.has(key) ? `“${key}” is no ${kind}` : `“${key}” is missing`, dictionary)
  );
}

/** What is said beside the content is not worth refusing a torrent for. */
function optionalText(dictionary: BencodedDictionary, key: string): string | null {
  const value = entryOf(dictionary, key, 'string');
  return value ? textOf(value) : null;
}

function readInfo(info: BencodedDictionary): Info {
  if (!info.entries.has('pieces') && info.entries.has('meta version'))
    refuse('it is of version 2 alone (BEP 52): there are no SHA-1 hashes of its pieces', info);
  const pieceLength = required(info, 'piece length', 'integer');
  if (pieceLength.value < 1 || pieceLength.value > PIECE_LENGTH_LIMIT)
    refuse(`a piece length of ${pieceLength.value}; 1 to ${PIECE_LENGTH_LIMIT} bytes are allowed`, pieceLength);
  const name = readName(required(info, 'name', 'string'));
  if (info.entries.has('files') && info.entries.has('length')) refuse('both “length” and “files”: it is one file or several', info);
  const files = info.entries.has('files') ? readFiles(required(info, 'files', 'list')) : null;
  const length = files ? files.reduce((sum, file) => sum + file.length, 0) : readLength(required(info, 'length', 'integer'));
  if (length < 1 || length > Number.MAX_SAFE_INTEGER)
    refuse(length < 1 ? 'there is no content' : 'more than 2^53 − 1 bytes of content', info);
  const pieces = required(info, 'pieces', 'string');
  const wanted = HASH_LENGTH * pieceCount(length, pieceLength.value);
  if (pieces.value.length !== wanted) {
    const there = `“pieces” has ${count(pieces.value.length, 'byte')}`;
    refuse(`${there}; ${count(pieceCount(length, pieceLength.value), 'piece')} of the content take ${wanted}`, pieces);
  }
  return {
    name,
    pieceLength: pieceLength.value,
    pieces: pieces.value,
    files,
    length,
    isPrivate: entryOf(info, 'private', 'integer')?.value === 1,
  };
}

export const pieceCount = (length: Bytes, pieceLength: Bytes): number => Math.ceil(length / pieceLength);

function readLength(length: Extract<Bencoded, { kind: 'integer' }>): Bytes {
  return length.value >= 0 ? length.value : refuse('a length below 0', length);
}

function readFiles(list: BencodedList): readonly InfoFile[] {
  if (list.items.length > FILES_LIMIT) refuse(`${list.items.length} files; ${FILES_LIMIT} are allowed`, list);
  if (list.items.length === 0) refuse('no files', list);
  return list.items.map((file) => {
    if (file.kind !== 'dictionary') refuse('a file is a dictionary', file);
    const path = required(file, 'path', 'list');
    // BEP 3: a list without names is an error.
    if (path.items.length === 0 || path.items.length > PATH_LIMIT) refuse(`a path has 1 to ${PATH_LIMIT} names`, path);
    return { path: path.items.map(readName), length: readLength(required(file, 'length', 'integer')) };
  });
}

/** One name of a path. */
function readName(value: Bencoded): string {
  if (value.kind !== 'string') refuse('a name is a string', value);
  const name = textOf(value) ?? refuse('a name that is no UTF-8', value);
  return nameProblem(name) === null ? name : refuse(`a name ${nameProblem(name)}`, value);
}

/** Why a file or folder cannot have that name, to follow “a name”; null if it can. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'that is empty';
  if (name === '.' || name === '..') return 'that leads to another folder';
  if (/[/\0]/.test(name)) return 'with a slash or NUL in it';
  return new TextEncoder().encode(name).length > NAME_LIMIT ? `of more than ${NAME_LIMIT} octets` : null;
}

function readTrackers(top: BencodedDictionary): readonly (readonly string[])[] {
  const list = entryOf(top, 'announce-list', 'list');
  const tiers: string[][] = [];
  for (const tier of list?.items ?? []) {
    if (tier.kind !== 'list') refuse('a tier of trackers is a list', tier);
    const urls = tier.items.map(readUrl);
    if (urls.length > 0) tiers.push(urls);
  }
  const trackers = tiers.reduce((sum, { length }) => sum + length, 0);
  if (list && trackers > TRACKERS_LIMIT) refuse(`${trackers} trackers; ${TRACKERS_LIMIT} are allowed`, list);
  // BEP 12: “announce” does not count where there is a list.
  if (trackers > 0) return tiers;
  const announce = entryOf(top, 'announce', 'string');
  return announce ? [[readUrl(announce)]] : [];
}

function readUrl(value: Bencoded): string {
  if (value.kind !== 'string') refuse('a tracker’s URL is a string', value);
  if (value.value.length > URL_LIMIT) refuse(`a tracker’s URL of ${value.value.length} octets; ${URL_LIMIT} are allowed`, value);
  const url = textOf(value);
  return url !== null && /^[^\p{C}\s]+$/u.test(url) ? url : refuse('a tracker’s URL with something in it that is none', value);
}

/** As a `.torrent` file: what `decodeMetainfo` takes, if names, lengths and hashes are as it wants them. */
export function encodeMetainfo({ info, trackers, comment, createdBy, creationDate }: MetainfoContent): Uint8Array {
  const several = trackers.length > 1 || (trackers[0]?.length ?? 0) > 1;
  return encodeBencoded({
    announce: trackers[0]?.[0],
    'announce-list': several ? trackers : undefined,
    comment: comment ?? undefined,
    'created by': createdBy ?? undefined,
    'creation date': creationDate ?? undefined,
    info: infoDictionary(info),
  });
}

/** What names the torrent. */
export function infoHashOf(info: Info): Uint8Array {
  return sha1(encodeBencoded(infoDictionary(info)));
}

function infoDictionary({ name, pieceLength, pieces, files, length, isPrivate }: Info): Bencodable {
  return {
    name,
    'piece length': pieceLength,
    pieces,
    private: isPrivate ? 1 : undefined,
    ...(files ? { files: files.map((file) => ({ length: file.length, path: file.path })) } : { length }),
  };
}
