/** `node bench/sabre/fixtures.ts PATH-OF-SABRE`: writes what SABRE makes of the film and the traces in samples/video, for the tests beside the engine. */
import { writeFileSync } from 'node:fs';
import { runReference, VARIANTS } from './sabre.ts';

const [sabre] = process.argv.slice(2);
if (!sabre) throw new Error('usage: node bench/sabre/fixtures.ts PATH-OF-SABRE');
const samples = new URL('../../samples/video/', import.meta.url).pathname;

const jobs = ['steps', '3g', '4g-train', 'broadband'].flatMap((trace) => VARIANTS.map((variant) => ({ trace, variant })));
const sessions = runReference(
  sabre,
  jobs.map(({ trace, variant }) => ['-m', `${samples}big-buck-bunny.json`, '-n', `${samples}traces/${trace}.json`, ...variant.words]),
  true,
);
const cases = jobs.map(({ trace, variant }, i) => {
  const { lines } = sessions[i]!;
  const downloads = lines.filter((line) => line.startsWith('['));
  // What was decided, a download a letter; a capital where it was given up or replaced another.
  const decisions = downloads.map((line) => {
    const rendition = Number(/ q=(\d+) /.exec(line)?.[1]);
    return String.fromCharCode((/ABANDONED|REPLACEMENT/.test(line) ? 65 : 97) + rendition);
  });
  return {
    trace,
    variant: variant.name,
    options: variant.options,
    decisions: decisions.join(''),
    last: downloads.at(-1),
    sums: lines.slice(downloads.length),
  };
});
writeFileSync(new URL('../../engines/dash/session/fixtures/sabre.json', import.meta.url), `${JSON.stringify(cases, null, 2)}\n`);
