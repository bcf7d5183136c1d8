/** Who is logged in, and what they may do. */
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

/** A home is its user's alone: nobody else reads, writes or lists what lies in it. */
export function mayRead(account: Account, path: string, users: readonly FtpUser[]): boolean {
  return !users.some(({ home }) => home !== '/' && isWithin(path, home) && !isWithin(account.home, home));
}

export function mayWrite(account: Account, path: string, users: readonly FtpUser[]): boolean {
  return account.writes && path !== '/' && mayRead(account, path, users);
}
