/** Cache-Control (RFC 9111 §5.2): directives of requests and responses. */
import { type Fields, fieldValues, membersOf, unquoted } from './header-field.ts';

/** Argument by directive in lower case; null where it has none. The first of several counts (§4.2.1). */
export type Directives = ReadonlyMap<string, string | null>;

export function directivesOf(fields: Fields): Directives {
  const directives = new Map<string, string | null>();
  for (const member of membersOf(fields, 'Cache-Control')) {
    const equals = member.indexOf('=');
    const name = (equals < 0 ? member : member.slice(0, equals)).trim().toLowerCase();
    if (!directives.has(name)) directives.set(name, equals < 0 ? null : unquoted(member.slice(equals + 1).trim()));
  }
  // §5.4: where Cache-Control is absent, Pragma says the one thing that it can.
  if (directives.size === 0 && fieldValues(fields, 'Pragma').some((value) => value.toLowerCase().includes('no-cache'))) {
    directives.set('no-cache', null);
  }
  return directives;
}

/** A directive's seconds (§1.2.2): null where it is absent; what is no number counts as 0, more than 2^31 as 2^31. */
export function secondsOf(directives: Directives, name: string): number | null {
  const argument = directives.get(name);
  if (argument === undefined) return null;
  return argument !== null && /^\d+$/.test(argument) ? Math.min(2 ** 31, Number(argument)) : 0;
}
