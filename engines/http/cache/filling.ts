/**
 * One response on its way into a cache, for all who ask for it meanwhile (request collapsing, RFC 9111 §4: one forwarded request
 * satisfies several).
 *
 * The cache reads it at its own pace and puts what comes in; each reader gets it from the beginning, and waits where it has caught up.
 * So none is kept waiting by another that is slower, or that has gone away.
 */
import type { Content } from '../../content.ts';
import { type Process, wait } from '../../kernel/process.ts';
import type { Bytes } from '../../quantities.ts';
import type { BodySource } from '../message-reader.ts';

export class Filling<Head> {
  #head: Head | undefined;
  readonly #contents: Content[] = [];
  #ended = false;
  #problem: string | null = null;
  #length: Bytes | null = null;
  /** Those who wait for whatever comes next. */
  #waiting: (() => void)[] = [];

  /** The head is there, or whatever stands in its place; `length` of the content, null where it is not known. */
  begin(head: Head, length: Bytes | null): void {
    this.#head = head;
    this.#length = length;
    this.#wake();
  }

  add(content: Content): void {
    this.#contents.push(content);
    this.#wake();
  }

  /** That was all; `problem`: why it is not whole. */
  end(problem: string | null): void {
    this.#problem = problem;
    this.#ended = true;
    this.#wake();
  }

  *head(): Process<Head> {
    while (this.#head === undefined) yield* this.#change();
    return this.#head;
  }

  /** The content from its beginning. `done` is told how much of it there was, when all of it has been read. */
  reader(done?: (length: Bytes) => void): BodySource {
    const filling = this;
    let next = 0;
    let length = 0;
    let told = false;
    return {
      length: this.#length,
      get problem() {
        return filling.#problem;
      },
      *read() {
        while (next >= filling.#contents.length && !filling.#ended) yield* filling.#change();
        const content = filling.#contents[next++];
        if (content !== undefined) {
          length += content.length;
          return content;
        }
        if (!told) {
          told = true;
          done?.(length);
        }
        return null;
      },
    };
  }

  #change(): Process {
    return wait<void>((resume) => {
      this.#waiting.push(resume);
      return () => {
        this.#waiting = this.#waiting.filter((one) => one !== resume);
      };
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
