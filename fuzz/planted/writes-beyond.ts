/** A target with a fault: it marks where its input ends. For the fuzzer's own tests. */
import type { FuzzTarget } from '../../engines/fuzz-target.ts';

const target: FuzzTarget = {
  name: 'writes-beyond',
  corpus: () => [Uint8Array.of(3, 1, 2, 3)],
  run(bytes) {
    new Uint8Array(bytes.buffer)[bytes.byteOffset + bytes.length] = 0x55;
  },
};

export default target;
