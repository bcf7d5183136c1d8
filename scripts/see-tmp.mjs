import { runOnce } from './once.mjs';

const [notebook, path, height] = process.argv.slice(2);
await runOnce({ notebook, theme: 'light', width: 1300, height: Number(height), seen: async (page) => page.screenshot({ path }) });
