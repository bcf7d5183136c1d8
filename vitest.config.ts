import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engines,server,extension,notebook-renderer,cli,bench,scripts,fuzz}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 20_000,
  },
});
