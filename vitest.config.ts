import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engines,server,extension,notebook-renderer,cli,bench,scripts,fuzz,test}/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Loading the modules anew for each of the files would take as long as a third of the tests: they have no state that lasts.
    isolate: false,
    // Only what hangs: a busy machine must not look like a fault.
    testTimeout: 180_000,
  },
});
