/** A failing input, made as short and as plain as it gets while it still fails. */

/** Greatest number of inputs that are tried. */
const TRIES = 2000;

/** `fails` says of an input whether it fails in the same way. Cuts pieces out, halving them, then sets bytes to zero. */
export async function minimise(input: Uint8Array, fails: (input: Uint8Array) => Promise<boolean>, tries = TRIES): Promise<Uint8Array> {
  let best = input;
  let left = tries;
  const better = async (candidate: Uint8Array): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let size = Math.ceil(input.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && left > 0; ) {
      const shorter = new Uint8Array(best.length - Math.min(size, best.length - at));
      shorter.set(best.subarray(0, at));
      shorter.set(best.subarray(at + size), at);
      if (!(await better(shorter))) at += size;
    }
  }
  for (let at = 0; at < best.length && left > 0; at++) {
    if (best[at] === 0) continue;
    const plainer = best.slice();
    plainer[at] = 0;
    await better(plainer);
  }
  return best;
}
