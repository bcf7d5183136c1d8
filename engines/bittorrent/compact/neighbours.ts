/**
 * Who is connected to whom. Each peer has places for its neighbours; a place of a peer is an edge, and edges come in pairs, one for
 * each direction. All in flat arrays: edge = peer × PLACES + place.
 */
import { MOST_CONNECTIONS } from '../connections.ts';

export const NOBODY = -1;

const PLACE_BITS = 32 - Math.clz32(MOST_CONNECTIONS - 1);
/** Places of a peer: MOST_CONNECTIONS, rounded up to a power of two, as whose an edge is is asked all the time. */
export const PLACES = 1 << PLACE_BITS;

export class Neighbours {
  /** Of each edge: the peer at the other end, or NOBODY. To be read only. */
  readonly other: Int32Array;
  /** Of each edge: the one that leads back. To be read only. */
  readonly back: Int32Array;
  readonly #count: Uint8Array;
  /** Of each peer: all places from here on have always been free. */
  readonly #end: Uint8Array;

  constructor(peers: number) {
    this.other = new Int32Array(peers * PLACES).fill(NOBODY);
    this.back = new Int32Array(peers * PLACES);
    this.#count = new Uint8Array(peers);
    this.#end = new Uint8Array(peers);
  }

  count(peer: number): number {
    return this.#count[peer] as number;
  }

  /** The peer's edges are those from here to `endOf`; some may lead to NOBODY. */
  firstOf(peer: number): number {
    return peer << PLACE_BITS;
  }

  endOf(peer: number): number {
    return (peer << PLACE_BITS) + (this.#end[peer] as number);
  }

  peerOf(edge: number): number {
    return edge >> PLACE_BITS;
  }

  placeOf(edge: number): number {
    return edge & (PLACES - 1);
  }

  /** The edge from a peer to another, or NOBODY. */
  edge(from: number, to: number): number {
    for (let edge = this.firstOf(from), end = this.endOf(from); edge < end; edge++) if (this.other[edge] === to) return edge;
    return NOBODY;
  }

  /** Both have a place free, and are not connected. The edge of `a`. */
  connect(a: number, b: number): number {
    const edge = this.#take(a);
    const back = this.#take(b);
    this.other[edge] = b;
    this.other[back] = a;
    this.back[edge] = back;
    this.back[back] = edge;
    return edge;
  }

  disconnect(edge: number): void {
    const back = this.back[edge] as number;
    this.#free(edge);
    this.#free(back);
  }

  #take(peer: number): number {
    const first = this.firstOf(peer);
    let edge = first;
    while (this.other[edge] !== NOBODY) edge++;
    this.#count[peer] = (this.#count[peer] as number) + 1;
    this.#end[peer] = Math.max(this.#end[peer] as number, edge - first + 1);
    return edge;
  }

  #free(edge: number): void {
    const peer = this.peerOf(edge);
    this.other[edge] = NOBODY;
    this.#count[peer] = (this.#count[peer] as number) - 1;
  }
}
