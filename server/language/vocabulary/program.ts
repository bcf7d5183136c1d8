/** The program itself: its title, seed, imports and parameters. */
import { anyValue, count, entry, fileName, newParameter, text } from '../entry.ts';
import { parameterNamed } from '../evaluate.ts';

export const programVocabulary = [
  entry({
    id: 'scenario',
    role: 'setting',
    pattern: 'scenario TITLE',
    slots: { TITLE: text },
    doc: 'Names the scenario; the title stands above its diagrams and reports.',
    example: 'scenario "Alice writes to Bob"',
    build({ TITLE }, _block, site) {
      if (site.program.declareOnce('scenario', 'The title', site.at, 'duplicate-setting')) site.program.title = TITLE;
    },
  }),
  entry({
    id: 'seed',
    role: 'setting',
    pattern: 'seed SEED',
    slots: { SEED: count({ maximum: 2 ** 32 - 1 }) },
    doc: 'Chooses the random numbers of the run. The same seed gives the same run, byte for byte; without this line it is 1.',
    example: 'seed 7',
    build({ SEED }, _block, site) {
      if (site.program.declareOnce('seed', 'The seed', site.at, 'duplicate-setting')) site.program.seed = SEED;
    },
  }),
  entry({
    id: 'import',
    role: 'setting',
    pattern: 'import FILE',
    slots: { FILE: fileName('.netscenario') },
    doc: 'Takes over everything that another file declares. The name is relative to this document.',
    example: 'import "common.netscenario"',
    // The compiler has put the file's statements in place already.
    build() {},
  }),
  entry({
    id: 'let',
    role: 'declaration',
    pattern: 'let NAME = VALUE',
    slots: { NAME: newParameter, VALUE: anyValue },
    doc: 'Declares a parameter: a number, a quantity or a text that stands wherever a value is expected. Arithmetic with + - * / minds units.',
    example: 'let n = 3\nlet pause = n * 2 s\nhost a\na crashes for pause',
    build({ NAME }, _block, site) {
      const place = site.place(NAME);
      if (site.program.declareOnce(`let ${NAME.text}`, `Parameter \`${NAME.text}\``, place)) parameterNamed(NAME.text, NAME, site);
    },
  }),
];
