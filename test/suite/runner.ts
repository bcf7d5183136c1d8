/** A test runner small enough for a web worker: tests are told one by one, and counted. */

type Test = { readonly suite: string; readonly name: string; readonly body: () => Promise<void>; readonly limit: number };

export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly { readonly name: string; readonly message: string }[];
}

const tests: Test[] = [];
let group = '';

export function suite(name: string, define: () => void): void {
  group = name;
  define();
  group = '';
}

/** Milliseconds that one test may take, unless it says more. */
const LIMIT = 60_000;

export function test(name: string, body: () => Promise<void>, limit = LIMIT): void {
  tests.push({ suite: group, name: group ? `${group}: ${name}` : name, body, limit });
}

/** Runs the tests whose suite is wanted. */
export async function runTests(tell: (line: string) => void, wanted: (suite: string) => boolean = () => true): Promise<Results> {
  const chosen = tests.filter((test) => wanted(test.suite));
  const failures: { name: string; message: string }[] = [];
  for (const { name, body, limit } of chosen) {
    const started = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await Promise.race([
        body(),
        new Promise((_resolve, reject) => {
          timer = setTimeout(() => reject(new Error(`not done after ${limit / 1000} s`)), limit);
        }),
      ]);
      tell(`  ok      ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push({ name, message });
      tell(`  NOT OK  ${name}\n${message.replace(/^/gm, '          ')}`);
    } finally {
      clearTimeout(timer);
    }
  }
  return { passed: chosen.length - failures.length, failed: failures.length, failures };
}
