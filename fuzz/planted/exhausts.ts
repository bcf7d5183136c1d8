/** A target with a fault: 0xff makes it hoard. For the fuzzer's own tests. */
import type { FuzzTarget } from '../../engines/fuzz-target.ts';

const target: FuzzTarget = {
  name: 'exhausts',
  corpus: () => [Uint8Array.of(0xfe, 1)],
  run(bytes) {
    const hoard: number[][] = [];
    while (bytes.includes(0xff)) hoard.push(new Array<number>(100_000).fill(hoard.length));
  },
};

export default target;
