/**
 * `npm run bench`: measures everything, prints it, and writes bench/RESULTS.md with machine and date. `npm run bench -- dash [--sabre PATH]`
 * measures the chapters that are named and writes them anew; a peer that is no package is where its option says.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { bench as bundles } from './bundles.ts';
import { bench as cdn } from './cdn.ts';
import { bench as dash } from './dash.ts';
import { bench as dns } from './dns.ts';
import { bench as poisoning } from './dns-poisoning.ts';
import { bench as engines } from './engines.ts';
import { bench as fidelity } from './fidelity.ts';
import { bench as flowScale } from './flow-scale.ts';
import { bench as language } from './language.ts';
import { bench as languageServer } from './language-server.ts';
import type { Result } from './result.ts';
import { bench as swarm } from './swarm.ts';
import { bench as sweeps } from './sweeps.ts';

const root = new URL('..', import.meta.url).pathname;
const built = spawnSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: root, stdio: 'ignore' });
if (built.status !== 0) throw new Error('the build failed: npm run build shows why');

const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}; ${new Date().toISOString().slice(0, 10)}`;
const { values: peers, positionals: named } = parseArgs({ options: { sabre: { type: 'string' } }, allowPositionals: true });
const chapters: [title: string, text: string, results: Result[]][] = [];

async function chapter(title: string, text: string, bench: () => Result[] | Promise<Result[]>): Promise<void> {
  if (named.length > 0 && !named.includes(title.toLowerCase())) return;
  const results = await bench();
  chapters.push([title, text, results]);
  console.log(`\n${title}`);
  for (const result of results) console.log(`  ${row(result).join('   ')}`);
}

/** Name, ours, the peer's, and how many times better ours is. */
function row({ name, unit, ours, peer, peerName, moreIsBetter }: Result): [string, string, string, string] {
  const figure = (value: number) => `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
  if (peer === null) return [name, figure(ours), peerName && `${peerName}: absent`, ''];
  return [name, figure(ours), `${peerName}: ${figure(peer)}`, `× ${(moreIsBetter ? ours / peer : peer / ours).toFixed(1)}`];
}

console.log(machine);
await chapter('Language', 'A generated scenario of 10,000 lines, parsed and checked; ours also builds the Scenario that is run.', language);
await chapter(
  'Language server',
  'Working in a file of 10,000 lines, over the language server’s real connection. Pushed diagnostics include its wait for quiet.',
  languageServer,
);
await chapter('Engines', 'Virtual time only: no figure here waits for anything.', engines);
await chapter('DNS', 'A query, an answer with an alias, a referral with three servers and their addresses, as whole messages.', dns);
await chapter(
  'Poisoning',
  'A race between forged answers and the real one, from the attacker’s first probe to the outcome, every packet recorded.',
  poisoning,
);
await chapter(
  'Flows',
  'A thousand hosts at fidelity `flows`: so many flows at once, and as many that arrive and depart. Heap after garbage collection.',
  flowScale,
);
await chapter(
  'Content distribution',
  'Requests without messages, decided by the caches, rings and choice of nodes that messages use. The hit ratios are the peer’s, and those of Che’s approximation.',
  cdn,
);
await chapter(
  'Sweeps',
  'The same points one after the other, and on all cores; each transfers 10 MB over a line that loses packets.',
  sweeps,
);
await chapter(
  'Swarms',
  'Large swarms by pieces, each in a process of its own: processor time, peak memory, and growth with peers and with pieces.\n\n![Growth with peers and with pieces](swarm-growth.svg)',
  () => swarm(),
);
await chapter(
  'DASH',
  'Sessions of adaptive streaming in the idealised network, in a second of processor time; SABRE, the published reference, runs them in one process of Python.',
  () => dash(peers.sabre ?? null),
);
await chapter('Fidelity', 'Completion times of transfers; [the page](../docs/fidelity.md) tells the method and every case.', () =>
  fidelity(),
);
await chapter('Bundles', 'Minified, as shipped.', bundles);

const file = new URL('RESULTS.md', import.meta.url);
const head = `# Measured\n\n<!-- Written by npm run bench. -->\n\n${machine}. Times depend on the machine; the ratios do less.\n\n`;
const pages = chapters.map(([title, text, results]) => {
  const rows = results.map((result) => `| ${row(result).join(' | ')} |`);
  return [`## ${title}\n`, `${text}\n`, '| what | ours | peer | ratio |', '|---|---|---|---|', ...rows, ''].join('\n');
});
if (named.length === 0) writeFileSync(file, head + pages.join('\n'));
else {
  const kept = readFileSync(file, 'utf8').split(/^(?=## )/m);
  const titleOf = (page: string) => page.slice(0, page.indexOf('\n'));
  const anew = new Map(pages.map((page) => [titleOf(page), page]));
  writeFileSync(
    file,
    kept
      .map((page) => anew.get(titleOf(page))?.trimEnd().concat('\n\n') ?? page)
      .join('')
      .trimEnd()
      .concat('\n'),
  );
}
