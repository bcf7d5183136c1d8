/** A target with a fault: 0xff begins a circle. For the fuzzer's own tests. */
import type { FuzzTarget } from '../../engines/fuzz-target.ts';

const target: FuzzTarget = {
  name: 'hangs',
  corpus: () => [Uint8Array.of(0xfe, 1)],
  run(bytes) {
    for (let i = 0; i < bytes.length; ) if (bytes[i] !== 0xff) i++;
  },
};

export default target;
