/** What a scenario says of the content of a file. */
import type { Bytes } from './quantities.ts';

export type FileSource =
  /** So many octets, drawn. */
  | { readonly kind: 'size'; readonly size: Bytes }
  /** One char (0–255) an octet. */
  | { readonly kind: 'octets'; readonly octets: string };
