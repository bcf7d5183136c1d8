/** The messages of a mailbox that a device holds: on its own disk, told on the state timeline. */
import type { Host } from '../../network/host.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';
import { describeMessage } from './host-mailboxes.ts';

export interface HeldMessage {
  /** What the server calls it: its unique-id (RFC 1939 §7), or its folder's UIDVALIDITY and its UID (RFC 3501 §2.3.1.1). */
  readonly id: string;
  readonly octets: string;
  readonly flags: readonly string[];
}

/** Everything a device ever had need not be held: it remembers what it has seen (RFC 1939 §7, UIDL). */
interface Index {
  readonly held: readonly string[];
  readonly seen: readonly string[];
}

export class DeviceCopy {
  readonly #host: Host;
  readonly #address: MailAddress;
  readonly #name: string;

  constructor(host: Host, address: MailAddress) {
    this.#host = host;
    this.#address = address;
    this.#name = `mail/copy/${canonicalAddress(address)}`;
  }

  /** In the order in which they came. */
  messages(): HeldMessage[] {
    return this.#index.held.flatMap((id) => this.#host.disk.get<HeldMessage>(`${this.#name}/${id}`) ?? []);
  }

  get(id: string): HeldMessage | null {
    return this.#host.disk.get<HeldMessage>(`${this.#name}/${id}`) ?? null;
  }

  hasSeen(id: string): boolean {
    return this.#index.seen.includes(id);
  }

  put(message: HeldMessage): void {
    const { held, seen } = this.#index;
    const known = this.get(message.id);
    this.#host.disk.set(`${this.#name}/${message.id}`, message);
    const add = (list: readonly string[]) => (list.includes(message.id) ? list : [...list, message.id]);
    this.#host.disk.set(this.#name, { held: add(held), seen: add(seen) } satisfies Index);
    const said = describeMessage(message);
    if (!known || describeMessage(known) !== said) this.#host.narrator.state(`mail of ${this.#address}`, message.id, said);
  }

  /** What the server no longer has, where the copy is to be like it. */
  drop(id: string): void {
    const { held, seen } = this.#index;
    if (!held.includes(id)) return;
    this.#host.disk.delete(`${this.#name}/${id}`);
    this.#host.disk.set(this.#name, { held: held.filter((one) => one !== id), seen } satisfies Index);
    this.#host.narrator.state(`mail of ${this.#address}`, id, null);
  }

  /** The server has told which ids there are: others need not be remembered (RFC 1939 §7 lets it use them for no other message). */
  forgetAllBut(ids: ReadonlySet<string>): void {
    const { held, seen } = this.#index;
    this.#host.disk.set(this.#name, { held, seen: seen.filter((id) => ids.has(id)) } satisfies Index);
  }

  get #index(): Index {
    return this.#host.disk.get<Index>(this.#name) ?? { held: [], seen: [] };
  }
}
