/** What a mailbox holds: folders of messages with flags (RFC 3501 §2.3, §5.1). */
import type { Nanoseconds } from '../../quantities.ts';

/** RFC 3501 §5.1: this name, in any case, is the folder that mail is delivered to. */
export const INBOX = 'INBOX';
/** Where filters put mail aside; the name that clients know (RFC 6154 §2 calls what it is for `\Junk`). */
export const JUNK = 'Junk';
/** Between the levels of a folder's name. */
export const HIERARCHY_SEPARATOR = '/';
/** Of a folder's name, in characters. */
export const FOLDER_NAME_LIMIT = 255;
/** Of a mailbox. */
export const FOLDERS_LIMIT = 1000;
/** Of one message; further ones are not kept. */
export const FLAGS_LIMIT = 64;

/** RFC 3501 §2.3.2: the flags that a client may set. `\Recent` is each session's own, and is never stored. */
export const SYSTEM_FLAGS = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'] as const;

export interface Folder {
  /** From 1, never used again in its mailbox. Stays when it is renamed. */
  readonly id: number;
  /**
   * Its UIDVALIDITY (§2.3.1.1): as its id at first. Greater than that of any folder which had its name before, also when it got that
   * by being renamed: who remembers a name and UIDs must not take these messages for those.
   */
  readonly validity: number;
  /** As text, its levels separated by `/`. */
  readonly name: string;
  /** The UID that the next message will get. */
  readonly nextUid: number;
  readonly count: number;
  /** From this UID on, messages have been told to no session: they are recent (§2.3.2). */
  readonly recentFrom: number;
  /** False for a name that is there for the folders below it alone (`\Noselect`, §6.3.4). */
  readonly selectable: boolean;
}

export interface StoredMessage {
  /** Grows from 1, never used again (RFC 3501 §2.3.1.1). */
  readonly uid: number;
  /** Its internal date (§2.3.3). */
  readonly arrivedAt: Nanoseconds;
  /** As delivered, with Return-Path and trace. */
  readonly octets: string;
  /** In the order in which they were set, system flags in the standard's spelling. */
  readonly flags: readonly string[];
}

/** The name as it is kept: INBOX in capitals, also as the first level (§5.1), and no separator at the end. null for what can be no name. */
export function folderName(name: string): string | null {
  const levels = name.replace(/\/$/, '').split(HIERARCHY_SEPARATOR);
  if (name.length > FOLDER_NAME_LIMIT || levels.includes('') || /[\0-\x1f\x7f%*]/.test(name)) return null;
  if ((levels[0] as string).toUpperCase() === INBOX) levels[0] = INBOX;
  return levels.join(HIERARCHY_SEPARATOR);
}

/** The flag in its one spelling: system flags have no case; keywords keep the one that they came in. */
export function flagName(flag: string): string {
  return SYSTEM_FLAGS.find((known) => known.toLowerCase() === flag.toLowerCase()) ?? flag;
}

/** Each flag once (flags have no case, §2.3.2), without `\Recent`, at most FLAGS_LIMIT. */
export function flagSet(flags: readonly string[]): string[] {
  const kept = new Map<string, string>();
  for (const flag of flags) {
    const key = flag.toLowerCase();
    if (key !== '\\recent' && !kept.has(key) && kept.size < FLAGS_LIMIT) kept.set(key, flagName(flag));
  }
  return [...kept.values()];
}

export function hasFlag(flags: readonly string[], flag: string): boolean {
  return flags.some((one) => one.toLowerCase() === flag.toLowerCase());
}
