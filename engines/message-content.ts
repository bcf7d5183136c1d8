/**
 * What messages of a run hold: the content that travelled, and what protected records carry, opened with the secrets that the run
 * holds. Pure functions of the run, for every viewer.
 */
import { bytesOf, type Content, sealed } from './content.ts';
import type { ProtectedMessage } from './network/host.ts';
import type { Bytes } from './quantities.ts';
import type { Run } from './run.ts';
import { openRecords } from './tls/record-protection.ts';
import { innerLength } from './tls/sealed.ts';
import type { CipherSuite } from './tls/wire/registries.ts';

export type MessageTables = Pick<Run, 'messages' | 'innerMessages' | 'secrets' | 'strings' | 'bytes'>;

/** As it travelled; nothing is generated or sealed. */
export function contentOf(run: MessageTables, row: number): Content {
  const { messages, bytes } = run;
  const [start, length, seed] = [messages.start[row] as number, messages.length[row] as number, messages.bulk[row] as number];
  if (seed === 0) return bytes.subarray(start, start + length);
  const inner = innerOf(run, row);
  if (!inner) return { seed, offset: start, length };
  const { secret, sequence } = inner;
  return sealed({ secret, sequence, inner: { seed, offset: start, length: innerLength(length) } });
}

/** The first `limit` bytes of a message as it travelled. */
export function firstBytes(run: MessageTables, row: number, limit: Bytes): Uint8Array {
  return beginning(contentOf(run, row), limit);
}

/** What the message carries under protection, and the secret that opens it; null where it is in clear. */
export function innerOf({ messages, innerMessages, secrets, strings }: MessageTables, row: number): ProtectedMessage | null {
  const inner = messages.inner[row] as number;
  if (inner < 0) return null;
  const text = (index: number | undefined): string => strings[index as number] ?? '';
  const secret = innerMessages.secret[inner] as number;
  return {
    protocol: text(innerMessages.protocol[inner]),
    kind: text(innerMessages.kind[inner]),
    label: text(innerMessages.label[inner]),
    secret: {
      suite: text(secrets.suite[secret]) as CipherSuite,
      label: text(secrets.label[secret]),
      clientRandom: text(secrets.clientRandom[secret]),
      secret: text(secrets.secret[secret]),
    },
    sequence: innerMessages.sequence[inner] as number,
  };
}

/** The content inside, opened: of literal records their bytes, of bulk content itself. null for a message in clear, and for records that do not open. */
export function innerContentOf(run: MessageTables, row: number): Content | null {
  const inner = innerOf(run, row);
  if (!inner) return null;
  const content = contentOf(run, row);
  if (content instanceof Uint8Array) return openRecords(inner.secret, inner.sequence, content);
  return 'sealing' in content ? content.sealing.inner : null;
}

/** The first `limit` bytes of the content inside. */
export function firstInnerBytes(run: MessageTables, row: number, limit: Bytes): Uint8Array | null {
  const content = innerContentOf(run, row);
  return content && beginning(content, limit);
}

function beginning(content: Content, limit: Bytes): Uint8Array {
  return content instanceof Uint8Array ? content.subarray(0, limit) : bytesOf({ ...content, length: Math.min(content.length, limit) });
}
