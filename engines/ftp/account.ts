/**
 * Who is logged in, and what they may do.
 *
 * A home other than the root is its user's alone: nobody else reads, writes or lists what lies in it. Of homes within homes, the inner
 * one's user is meant. Homes stay where they are: neither one nor a directory that holds one is renamed, removed or replaced, so what is
 * private cannot be carried away, and nothing can be put in its place.
 */
import { isWithin } from './path.ts';
import type { FtpServerService, FtpUser } from './scenario.ts';

/** RFC 1635: either name is the user without an account. */
const ANONYMOUS: readonly string[] = ['anonymous', 'ftp'];

export interface Account {
  readonly name: string;
  readonly home: string;
  readonly writes: boolean;
}

/** Whether the server lets a user of that name in without an account of their own. */
export function isAnonymous(name: string, { anonymous, users }: FtpServerService): boolean {
  return anonymous !== null && ANONYMOUS.includes(name.toLowerCase()) && !users.some((user) => user.name === name);
}

/** The account that name and password open; null for none. Any password does for anonymous users (RFC 1635 §2). */
export function logIn(name: string, password: string, service: FtpServerService): Account | null {
  if (isAnonymous(name, service)) return { name: 'anonymous', home: '/', writes: service.anonymous === 'write' };
  const user = service.users.find((one) => one.name === name);
  return user && user.password === password ? { name, home: user.home, writes: user.writes } : null;
}

/** Whether the user may see what lies at `path`. */
export function mayRead(account: Account, path: string, users: readonly FtpUser[]): boolean {
  const innermost = users
    .map(({ home }) => home)
    .filter((home) => home !== '/' && isWithin(path, home))
    .reduce((inner, home) => (home.length > inner.length ? home : inner), '');
  return innermost === '' || innermost === account.home;
}

/** Whether the user may put something into the directory at `path`. */
export function mayWriteIn(account: Account, path: string, users: readonly FtpUser[]): boolean {
  return account.writes && mayRead(account, path, users);
}

/** Whether the user may make, change, rename or remove what lies at `path`. */
export function mayWrite(account: Account, path: string, users: readonly FtpUser[]): boolean {
  return mayWriteIn(account, path, users) && !holdsHome(path, users);
}

function holdsHome(path: string, users: readonly FtpUser[]): boolean {
  return path === '/' || users.some(({ home }) => isWithin(home, path));
}
