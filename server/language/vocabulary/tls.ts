/** What protocols over TLS share: the certificate that a server shows, and that a client wants TLS. */
import type { ServerCertificate } from '../../../engines/tls/scenario.ts';
import { choice, domainName, type GivenBlock, list, optional, property } from '../entry.ts';
import { plain } from '../website.ts';

/** Message protocols that views can be limited to: handshakes, alerts, and whatever was protected. */
export const tlsProtocols = ['tls'] as const;

/** Of a server that has TLS. */
export const certificate = property(
  'certificate ( FLAW | for NAME )',
  { FLAW: optional(choice(['expired', 'expired'], ['self-signed', 'self-signed'])), NAME: optional(list(domainName)) },
  {
    doc: 'What certificate the server shows: one that is past its time, one that nobody vouches for but the server itself, or one for other names. Clients refuse such a server.',
    default: 'for its name, from an authority that all hosts trust',
    standard: 'RFC 5280, RFC 9525',
    example: 'certificate expired',
  },
);

/** The certificate of a server that clients know by `name`. */
export function shownCertificate(given: GivenBlock<{ certificate: typeof certificate }>['certificate'], name: string): ServerCertificate {
  return { names: given?.NAME?.map((one) => plain(one.text)) ?? [plain(name)], flaw: given?.FLAW ?? null };
}

/** Behind what says how a client reaches a server. */
export const overTls = { SECURITY: optional(choice(['over tls', true])) };
