/** One input through a target, with memory around it that it must neither read nor change. */
import type { FuzzTarget } from '../engines/fuzz-target.ts';

/** Bytes before and after the input. */
const MARGIN = 64;

/** Fails with what the target throws, or with the news that it went beyond its input. */
export async function attempt(target: FuzzTarget, input: Uint8Array): Promise<void> {
  const outcomes: unknown[] = [];
  for (const poison of [0x00, 0xc1]) {
    const memory = new Uint8Array(input.length + 2 * MARGIN).fill(poison);
    const view = memory.subarray(MARGIN, MARGIN + input.length);
    view.set(input);
    outcomes.push(await target.run(view));
    for (let i = 0; i < MARGIN; i++) {
      if (memory[i] !== poison || memory[memory.length - 1 - i] !== poison) throw new Error('writes outside of its input');
    }
    for (let i = 0; i < input.length; i++) if (view[i] !== input[i]) throw new Error('changes its input');
  }
  if (outcomes[0] !== outcomes[1]) throw new Error('reads outside of its input: the outcome depends on what lies there');
}

/** What kind of failure it is: the message without its numbers and quotations. */
export function kindOf(message: string): string {
  return (message.split('\n')[0] as string)
    .replace(/[“"'].*[”"']/g, '…')
    .replace(/\d+/g, '#')
    .slice(0, 120);
}
