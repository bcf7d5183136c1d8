import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or so, however short they are: begun last, one of them would leave the other processors idle. */
const LONG = [
  /\/cli\/samples/,
  /\/mail\/transfer-agent\/crashes/,
  /\/language\/completion-everywhere/,
  /\/notebook-renderer\/renderer\.browser/,
  /\/features\/unruly-clients/,
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((pattern) => pattern.test(moduleId));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['{engines,server,extension,notebook-renderer,cli,bench,scripts,fuzz,test}/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Loading the modules anew for each of the files would take as long as a third of the tests: they have no state that lasts.
    isolate: false,
    // Vitest would keep one processor for itself, which is one of two.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    // Only what hangs: a busy machine must not look like a fault.
    testTimeout: 180_000,
  },
});
