/** The parts of a message as filters read them: each decoded, enclosed messages included. The limits are those of mime.ts. */
import { textOfOctets } from '../../network/octets.ts';
import { contentOf, fileNameOf, leavesOf, parseMime, textOf } from '../message/mime.ts';

export interface ReadablePart {
  /** Lower case: `text/html`. */
  readonly type: string;
  readonly fileName: string | null;
  /** Decoded content, one char an octet. */
  readonly octets: string;
  /** null for what is no text. In an unknown character set, it is read as UTF-8. */
  readonly text: string | null;
  readonly html: boolean;
}

/** In their order. Any octets are a message. */
export function readableParts(content: string): readonly ReadablePart[] {
  return [...leavesOf(parseMime(content))].map((leaf) => {
    const octets = contentOf(content, leaf);
    const isText = leaf.type.startsWith('text/');
    return {
      type: leaf.type,
      fileName: fileNameOf(leaf),
      octets,
      text: isText ? (textOf(content, leaf) ?? textOfOctets(octets)) : null,
      html: leaf.type === 'text/html',
    };
  });
}
