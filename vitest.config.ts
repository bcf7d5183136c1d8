import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engines,server,extension,notebook-renderer,cli,bench,scripts,fuzz,test}/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Only what hangs: a busy machine must not look like a fault.
    testTimeout: 90_000,
  },
});
