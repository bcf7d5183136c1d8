/** What a scenario can say about certificates, whatever the protocol that shows them. */

/** The certificate that a server shows. */
export interface ServerCertificate {
  /** DNS names and IPv4 addresses that it is for; at least one. */
  readonly names: readonly string[];
  /** What keeps clients from trusting it, besides a name that is not theirs; null for nothing. */
  readonly flaw: 'expired' | 'self-signed' | null;
}
