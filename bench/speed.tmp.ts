import { TRANSFER_CASES as cases } from './transfer-cases.ts';
import { runTransfers } from './transfer-run.ts';

const c = cases.find((c) => c.id === (process.argv[2] ?? '10MB-x50-100Mbps-20ms-1bdp'))!;
for (const f of ['flows', 'packets'] as const)
  for (let i = 0; i < (f === 'flows' ? 20 : 5); i++) {
    const r = runTransfers(c, 1, f);
    if (i > (f === 'flows' ? 14 : 1))
      console.log(f, r.events, r.packets, (r.wall * 1000).toFixed(1), 'ms', (r.events / r.wall / 1e6).toFixed(2) + ' M ev/s');
  }
