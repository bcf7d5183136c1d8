/** What a scenario says of a file, as the octets that it stands for. */
import type { FileSource } from '../file-source.ts';
import type { Host } from '../network/host.ts';
import { type FileContent, literal } from './file-content.ts';

/** Each file of generated octets has a seed of its own, drawn on its host. */
export function contentOf(source: FileSource, host: Host): FileContent {
  if (source.kind === 'octets') return literal(source.octets);
  const seed = 1 + host.random('file').below(2 ** 32 - 1);
  return source.size === 0 ? [] : [{ seed, offset: 0, length: source.size }];
}
