/** Service extensions (RFC 5321 §2.2): what a server offers in its reply to EHLO, and what a client reads there. */
import type { Bytes } from '../../quantities.ts';
import type { Reply } from './wire/reply.ts';

/** Those that a server may be told not to have. STARTTLS and AUTH are policies of their own. */
export const OPTIONAL_EXTENSIONS = ['PIPELINING', 'SIZE', '8BITMIME', 'ENHANCEDSTATUSCODES', 'DSN'] as const;

export type OptionalExtension = (typeof OPTIONAL_EXTENSIONS)[number];

export interface Extensions {
  readonly pipelining: boolean;
  readonly eightBit: boolean;
  readonly statusNotifications: boolean;
  readonly startTls: boolean;
  /** null: not offered; 0: offered without a limit. */
  readonly size: Bytes | null;
  /** Upper case; empty: AUTH is not offered. */
  readonly mechanisms: readonly string[];
}

export const NO_EXTENSIONS: Extensions = {
  pipelining: false,
  eightBit: false,
  statusNotifications: false,
  startTls: false,
  size: null,
  mechanisms: [],
};

/** RFC 5321 §4.1.1.1: a keyword a line, from the second line on. */
export function extensionsIn(reply: Reply): Extensions {
  const offers = new Map(
    reply.lines.slice(1).map((line): [string, string] => {
      const [keyword, ...parameters] = line.split(' ') as [string, ...string[]];
      return [keyword.toUpperCase(), parameters.join(' ')];
    }),
  );
  const size = offers.get('SIZE');
  return {
    pipelining: offers.has('PIPELINING'),
    eightBit: offers.has('8BITMIME'),
    statusNotifications: offers.has('DSN'),
    startTls: offers.has('STARTTLS'),
    size: size === undefined ? null : Number.parseInt(size, 10) || 0,
    mechanisms: (offers.get('AUTH') ?? '')
      .toUpperCase()
      .split(' ')
      .filter((name) => name !== ''),
  };
}
