/** A target with a fault: it does not stand 0xee behind 0x10. For the fuzzer's own tests. */
import type { FuzzTarget } from '../../engines/fuzz-target.ts';

const target: FuzzTarget = {
  name: 'throws',
  corpus: () => [Uint8Array.of(1, 2, 3, 0x10, 4, 5, 6, 7, 8, 9)],
  run(bytes) {
    for (let i = 0; i + 1 < bytes.length; i++) if (bytes[i] === 0x10 && bytes[i + 1] === 0xee) throw new Error(`no ${bytes[i]} before 238`);
  },
};

export default target;
