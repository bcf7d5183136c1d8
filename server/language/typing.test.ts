/** What a person sees while typing a scenario: the complaints stay where the cursor is. */
import { describe, expect, test } from 'vitest';
import { compileText } from './annotated-source-for-tests.ts';

const scenario = `scenario "Alice writes to Bob"

host alice-pc
host mail.crepes.fr
host mail.hamburger.edu
host bob-phone { down 20 Mbps  latency 40 ms }

zone crepes.fr     on ns.crepes.fr     { @ MX 10 mail.crepes.fr }
zone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }

mailserver mail.crepes.fr     { greeting "crepes.fr" }
mailserver mail.hamburger.edu { greeting "hamburger.edu" }
mailbox alice@crepes.fr   on mail.crepes.fr
mailbox bob@hamburger.edu on mail.hamburger.edu

alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu {
  subject "Condiments"
  body    "Do you like ketchup?\\nHow about pickles?"
}
bob-phone resolves hamburger.edu MX
every 5 s bob-phone resolves crepes.fr MX until 30 s
together {
  alice-pc crashes for 1 s
  at 1 min bob-phone crashes for pause
}
let pause = 2 s
let n = 3
host peer[1..n]
peer[1..n] crashes
link alice-pc <-> bob-phone { latency 5 ms }
link alice-pc <-> bob-phone fails for 10 s
after 5 s link bob-phone <-> alice-pc recovers
partition alice-pc, bob-phone from mail.crepes.fr one-way for 1 min
partitions heal
bob-phone disconnects
bob-phone reconnects
alice-pc transfers 10 MB to bob-phone
mail.crepes.fr crashes
mail.crepes.fr restarts

expect mailbox bob@hamburger.edu has 1 message
expect delivery time of alice@crepes.fr to bob@hamburger.edu < 1 s
expect goodput of alice-pc to bob-phone > 1 Mbps
show   transcript of mail.crepes.fr with mail.hamburger.edu
`;

/** Ends of words: where a person pauses. */
function wordEnds(line: string): number[] {
  return [...line.matchAll(/\S(?=\s|$)/g)].map((match) => match.index + 1);
}

/** Errors and warnings that stand in other lines than `line` (from 0), with the text they mark. */
function elsewhere(text: string, line: number): string[] {
  return compileText(text)
    .diagnostics.filter(({ severity }) => severity !== 'hint')
    .filter(({ start }) => text.slice(0, start).split('\n').length - 1 !== line)
    .map(({ start, end, code }) => `${code} ${text.slice(start, end)}`);
}

/** The brackets and quotes that an editor closes as they are opened. */
function closers(typed: string): string {
  let open = '';
  for (const c of typed.replaceAll(/\\./g, '')) {
    if (c === '"') open = open.startsWith('"') ? open.slice(1) : `"${open}`;
    else if (c === '{') open = `}${open}`;
    else if (c === '[') open = `]${open}`;
    else if (c === open[0]) open = open.slice(1);
  }
  return open;
}

describe('while a scenario is typed, nothing is wrong elsewhere', () => {
  const lines = scenario.split('\n');
  const cases = lines.map((line, i) => [i + 1, line] as const).filter(([, line]) => line.trim() !== '');

  test('and nothing at its end', () => {
    expect(compileText(scenario).diagnostics).toEqual([]);
  });

  test.each(cases)('from top to bottom, line %d: %s', (number, line) => {
    const above = lines.slice(0, number - 1);
    // A block that is being written is open; a parameter that is declared below does not exist yet, or lacks its unit still.
    const early = /^(?:unclosed-block \{|unknown-parameter \w+|missing-unit pause)$/;
    for (const end of wordEnds(line)) {
      const text = [...above, line.slice(0, end)].join('\n');
      expect(
        elsewhere(text, number - 1).filter((one) => !early.test(one)),
        line.slice(0, end),
      ).toEqual([]);
    }
  });

  test.each(cases)('in its middle, line %d: %s', (number, line) => {
    const around = (typed: string) => [...lines.slice(0, number - 1), typed, ...lines.slice(number)].join('\n');
    // What others need of the line is missing before it is begun.
    const missing = elsewhere(around(''), number - 1);
    // Its unit is not typed yet, and what the parameter is used for needs one.
    if (line.startsWith('let pause')) missing.push('missing-unit pause');
    for (const end of wordEnds(line)) {
      const typed = line.slice(0, end);
      const complaints = elsewhere(around(typed), number - 1);
      expect(
        complaints.filter((one) => !missing.includes(one)),
        typed,
      ).toEqual([]);
      const closed = elsewhere(around(typed + closers(typed)), number - 1);
      expect(
        closed.filter((one) => !missing.includes(one)),
        typed + closers(typed),
      ).toEqual([]);
    }
  });

  const below = [
    'pc resolves x.org',
    'at 5 s pc crashes',
    'then peer[1..3] crashes for 3 s',
    'peer[1..3] crashes',
    'together {\n  pc crashes\n}',
    'expect queries at pc = 0',
  ];
  const begun = [
    'host p2 {',
    'host p2 { up',
    'host p2 { up 5 Mbps',
    'network {',
    'mailserver m.x.org {',
    'resolver r {',
    'pc sends mail from ann@x.org to bob@x.org {',
    'pc sends mail from ann@x.org to bob@x.org { subject "x',
    'zone y.org on ns.y.org { @ MX',
    'let n = (3',
  ];
  test.each(begun.flatMap((line) => below.map((next) => [line, next] as const)))(
    'a block is open above a statement: %s / %s',
    (line, next) => {
      const above = 'zone x.org on ns.x.org { @ MX 10 m.x.org }\nmailbox ann@x.org, bob@x.org on m.x.org\nhost pc, peer[1..3]\n';
      expect(elsewhere(`${above}${line}\n\n${next}\n`, 3)).toEqual([]);
      // What stands below is still there.
      const { scenario } = compileText(`${above}${line}\n\n${next}\n`);
      expect(scenario.steps.length + scenario.expectations.length).toBeGreaterThan(0);
    },
  );

  test('what only looks like a step is a property of the open block', () => {
    const text = 'host pc {\nupp 5 Mbps\nlatency 3 ms\n}\npc crashes';
    expect(compileText(text).diagnostics.map(({ code, start, end }) => `${code} ${text.slice(start, end)}`)).toEqual([
      'unknown-property upp',
    ]);
  });
});
