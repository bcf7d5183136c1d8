/** Cuts a stream of bytes into packets, whatever the pieces that it comes in. What it holds is at most one packet and one piece. */
import { concatBytes } from '@noble/hashes/utils.js';
import { Scanner } from '../tls/wire/scanner.ts';
import { HEADER_LENGTH, scanHeader } from './wire/packet.ts';

export class PacketReader {
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Of the packet under way, header included; null until its header is there. */
  #wanted: number | null = null;

  /** The packets that are whole now, in their order. An error, behind them, ends the stream: nothing more can be told apart. */
  push(piece: Uint8Array): { readonly packets: readonly Uint8Array[]; readonly error: string | null } {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const packets: Uint8Array[] = [];
    for (;;) {
      if (this.#wanted === null) {
        if (this.#held < HEADER_LENGTH) return { packets, error: null };
        const header = Scanner.scan(this.#whole().subarray(0, HEADER_LENGTH), scanHeader);
        if ('refusal' in header) return { packets, error: header.refusal.text };
        this.#wanted = HEADER_LENGTH + header.value.length;
      }
      if (this.#held < this.#wanted) return { packets, error: null };
      const whole = this.#whole();
      packets.push(whole.slice(0, this.#wanted));
      this.#pieces = [whole.subarray(this.#wanted)];
      this.#held -= this.#wanted;
      this.#wanted = null;
    }
  }

  /** In one piece. */
  #whole(): Uint8Array {
    if (this.#pieces.length > 1) this.#pieces = [concatBytes(...this.#pieces)];
    return this.#pieces[0] as Uint8Array;
  }
}
