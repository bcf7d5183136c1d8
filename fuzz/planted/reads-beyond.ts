/** A target with a fault: it believes a length and reads past its input. For the fuzzer's own tests. */
import type { FuzzTarget } from '../../engines/fuzz-target.ts';

const target: FuzzTarget = {
  name: 'reads-beyond',
  corpus: () => [Uint8Array.of(3, 1, 2, 3)],
  run(bytes) {
    const memory = new DataView(bytes.buffer);
    let sum = 0;
    for (let i = 0; i < (bytes[0] ?? 0) && bytes.byteOffset + 1 + i < memory.byteLength; i++)
      sum += memory.getUint8(bytes.byteOffset + 1 + i);
    return String(sum);
  },
};

export default target;
