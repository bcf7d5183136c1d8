/** Sweeps and comparisons: how they are said, what is said of slips, and what a point is compiled to. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../engines/simulation.ts';
import { pointOf } from '../../engines/sweep/plan.ts';
import { lineOf } from '../../engines/sweep/result.ts';
import { analyse, compile } from './compile.ts';
import { complete } from './completion.ts';
import { mentionsIn } from './mentions.ts';
import { runPoint, scenarioOfPoint, sweepOf } from './swept-point.ts';
import { symbolsOf } from './symbols.ts';
import { treeOf } from './trees.ts';

const uri = 'file:///w/a.netscenario';
const WORLD = `let n = 2
let rtt = 20 ms
let share = 1 %
host server { latency rtt / 4 }
host pc[1..n] { down 10 Mbps loss share }
server transfers n * 100 kB to pc1
`;
const ALTERNATIVES = 'alternative slow { network { rate 1 Mbps } }\nalternative fast { network { rate 100 Mbps } }\n';
const sources = (text: string) => [{ uri, text: WORLD + text }];
const compiled = (text: string) => compile(sources(text), new Map());
const errors = (text: string) => compiled(text).diagnostics.filter(({ severity }) => severity === 'error');
const plot = 'plot goodput of server against';

describe('a sweep', () => {
  it.each([
    ['10, 30, 100', [10, 30, 100]],
    ['1..5', [1, 2, 3, 4, 5]],
    ['1..10 step 3, 20', [1, 4, 7, 10, 20]],
    ['n, n * 2', [2, 4]],
  ])('n over %s', (values, expected) => {
    const { sweeps, diagnostics } = compiled(`sweep n over ${values} { ${plot} n }`);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(sweeps[0]!.axes).toEqual([{ parameter: 'n', unit: '', values: expected }]);
  });

  it.each([
    ['10 ms, 0.5 s', [1e7, 5e8]],
    ['10..30 ms step 10 ms', [1e7, 2e7, 3e7]],
    ['1 ms..3 ms', [1e6, 2e6, 3e6]],
    ['0.1 s..0.3 s step 0.1 s', [1e8, 2e8, 3e8]],
  ])('rtt over %s', (values, expected) => {
    expect(compiled(`sweep rtt over ${values} { ${plot} rtt }`).sweeps[0]!.axes[0]).toEqual({
      parameter: 'rtt',
      unit: 'ns',
      values: expected,
    });
  });

  it('is over several parameters, and alternatives, with repeats', () => {
    const { sweeps } = compiled(`${ALTERNATIVES}sweep n over 2, 3 and rtt over 10 ms and share over 0 %, 2 % comparing fast, slow repeat 4 {
  plot mean goodput of server to pc[1..n], transfer time against rtt
  plot transfer time of server against n with bound
  expect goodput of server to pc1 < 10 Mbps
}`);
    expect(sweeps).toEqual([
      {
        text: 'sweep n over 2, 3 and rtt over 10 ms and share over 0 %, 2 % comparing fast, slow repeat 4',
        at: expect.objectContaining({ source: 0 }),
        alternatives: ['fast', 'slow'],
        axes: [
          { parameter: 'n', unit: '', values: [2, 3] },
          { parameter: 'rtt', unit: 'ns', values: [1e7] },
          { parameter: 'share', unit: 'ratio', values: [0, 0.02] },
        ],
        repeats: 4,
        plots: [
          {
            against: 1,
            withBound: false,
            measures: [
              {
                metric: 'goodput',
                subjects: [['server'], ['pc1', 'pc2']],
                statistic: 'mean',
                unit: 'bit/s',
                bound: null,
                label: 'mean goodput of server to pc[1..n]',
              },
              { metric: 'transfer time', subjects: [null, null], statistic: null, unit: 'ns', bound: null, label: 'transfer time' },
            ],
          },
          {
            against: 0,
            withBound: true,
            measures: [
              {
                metric: 'transfer time',
                subjects: [['server'], null],
                statistic: null,
                unit: 'ns',
                bound: 'transfer time bound',
                label: 'transfer time of server',
              },
            ],
          },
        ],
        expectations: ['expect goodput of server to pc1 < 10 Mbps'],
      },
    ]);
  });

  it('that misses its end is mended by a step', () => {
    const [error] = errors(`sweep rtt over 100 ms..1 s { ${plot} rtt }`);
    const [{ start, end, text } = { start: 0, end: 0, text: '' }] = error!.fixes![0]!.edits;
    const whole = `${WORLD}sweep rtt over 100 ms..1 s { ${plot} rtt }`;
    const mended = compile([{ uri, text: `${whole.slice(0, start)}${text}${whole.slice(end)}` }], new Map());
    expect(mended.sweeps[0]!.axes[0]!.values).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) * 1e8));
  });

  it.each([
    [`let m = n * 2\nsweep m over 1, 2 { plot goodput against m }`, 'm over', /Nothing uses `m`: each of its values gives the same run/],
    [`sweep n over 1, 2 { }`, 'sweep n', /This sweep shows nothing\. Write `plot … against n`, or an `expect`, in its block/],
  ])('%s changes nothing, or shows nothing: a warning', (text, where, message) => {
    const warnings = compiled(text).diagnostics.filter(({ severity }) => severity === 'warning');
    expect(warnings.map(({ code, start, message }) => [code, start, message])).toEqual([
      ['without-effect', WORLD.length + text.indexOf(where), expect.stringMatching(message)],
    ]);
  });

  it('over a parameter that only one of the alternatives uses changes something', () => {
    const text = `let k = 1 Mbps\nalternative x { network { up 1 Mbps } }\nalternative y { network { up k } }\n`;
    const view = 'sweep k over 1 Mbps, 2 Mbps comparing x, y { plot goodput against k }';
    expect(compiled(`${text}${view}`).diagnostics).toEqual([]);
  });

  it('leaves the scenario as it stands alone', () => {
    const swept = compiled(
      `expect goodput of server to pc1 > 1 bps\nsweep n over 3 { ${plot} n\n  expect goodput of server to pc1 > 2 bps }`,
    );
    expect(swept.scenario.expectations.map(({ text }) => text)).toEqual(['expect goodput of server to pc1 > 1 bps']);
    expect(swept.scenario.views).toEqual([]);
    expect(swept.scenario.hosts).toHaveLength(3);
  });

  it.each([
    ['sweep rt over 1 ms { }', 'unknown-parameter', /no parameter `rt`\. Did you mean `rtt`\?/],
    ['sweep count over 1 { }', 'unknown-parameter', /Declare it with the value .*`let count = …`/],
    ['sweep n over 1 ms { }', 'wrong-dimension', /`n` is a number; this is a duration/],
    ['sweep n over 1, 2 ms { }', 'wrong-dimension', /a number each; this is a duration/],
    ['sweep n over "a" { }', 'wrong-dimension', /this is a text/],
    ['sweep n over 1, 2, 1 { }', 'duplicate-value', /in the list already/],
    ['sweep n over 5..1 { }', 'range-descends', /smaller value first/],
    ['sweep n over 1..5 step 0 { }', 'out-of-range', /more than 0/],
    ['sweep n over 1..100000 { }', 'range-too-large', /at most 1000/],
    ['sweep rtt over 100 ms..1 s { }', 'out-of-range', /In steps of 1 s, the range never gets to 1 s\. .*`100 ms\.\.1 s step 100 ms`/],
    ['sweep rtt over 30 ms..1 s { }', 'out-of-range', /`30 ms\.\.1 s step …`/],
    ['sweep n over 1.5..4 { }', 'out-of-range', /In steps of 1, the range never gets to 4/],
    ['sweep n over 1..5 ms { }', 'wrong-dimension', /`n` is a number/],
    ['sweep n over 1 and n over 2 { }', 'duplicate-value', /`n` is swept already/],
    ['sweep n over 1..200 and rtt over 1 ms..100 ms { }', 'too-many-points', /20000 points; at most 10000/],
    ['sweep n over 1 repeat 0 { }', 'out-of-range', /0 is out of range/],
    ['sweep n over 1', 'expected', /Expected { here/],
    ['sweep n over { }', 'expected', /Expected a value/],
    ['sweep n { }', 'expected', /Expected `over`/],
    ['sweep n over 1 { plot goodput }', 'not-swept', /Write `against n`/],
    ['sweep n over 1 { plot goodput against rtt }', 'not-swept', /not over `rtt`, but over `n`/],
    ['sweep n over 1 { plot goodput against n with bound }', 'no-bound', /No bound is known for `goodput`/],
    ['sweep n over 1 { show sequence }', 'wrong-block', /Plots and expectations stand in this block/],
    ['sweep n over 1 { server crashes }', 'wrong-block', /stands outside it/],
    ['sweep n over 1 { sweep rtt over 1 ms { } }', 'wrong-block', /stands outside it/],
    ['plot goodput against n', 'not-swept', /in the block of a sweep: `sweep n over … { plot … against n }`/],
    ['plot mean goodput', 'not-swept', /a `mean` is plotted in the block of a sweep/],
    ['plot goodput with bound', 'not-swept', /bound is drawn against a parameter/],
    ['compare slow, fast { }', 'unknown-alternative', /no alternative `slow`. Declare it/],
    [`${ALTERNATIVES}compare slow, fats { }`, 'unknown-alternative', /Did you mean `fast`\?/],
    [`${ALTERNATIVES}compare slow, slow { }`, 'duplicate-value', /named twice/],
    [`${ALTERNATIVES}compare slow, fast { plot goodput against n }`, 'not-swept', /drawn over time/],
    [`${ALTERNATIVES}compare slow, fast { plot mean goodput }`, 'not-swept', /a `mean` is plotted in the block of a sweep/],
    ['alternative x { alternative y { } }', 'wrong-block', /stands outside the block of an alternative/],
    ['alternative x { sweep n over 1 { } }', 'wrong-block', /stands outside the block of an alternative/],
  ])('%s', (text, code, message) => {
    const [first, ...others] = errors(text);
    expect([first?.code, first?.message]).toEqual([code, expect.stringMatching(message)]);
    expect(others).toEqual([]);
  });

  it('offers parameters, alternatives and the words between them', () => {
    const labels = (text: string) => {
      const at = sources(ALTERNATIVES + text);
      return complete(analyse(at, new Map()), at[0]!, at[0]!.text.length).map(({ label }) => label);
    };
    expect(labels('sweep ')).toEqual(expect.arrayContaining(['n', 'rtt', 'share']));
    expect(labels('sweep n over 1 ')).toEqual(expect.arrayContaining(['and', 'comparing', 'repeat']));
    expect(labels('sweep n over 1 comparing ')).toEqual(['slow', 'fast']);
    expect(labels('sweep n over 1 {\n  ')).toEqual(expect.arrayContaining(['plot', 'expect']));
    expect(labels('sweep n over 1 {\n  plot goodput ')).toEqual(expect.arrayContaining(['of', 'to', 'against']));
    expect(labels('sweep n over 1 {\n  plot goodput against ')).toEqual(expect.arrayContaining(['n']));
  });

  it('is in the outline, with what stands in it', () => {
    const [sweep] = symbolsOf({ uri, text: `sweep n over 1 {\n  ${plot} n\n}` });
    expect([sweep!.name, sweep!.children.map(({ name }) => name)]).toEqual(['sweep n over 1', [`${plot} n`]]);
  });
});

describe('alternatives', () => {
  const WORLDS = `host a, b
alternative near { link a <-> b { latency 1 ms } }
alternative far {
  link a <-> b { latency 90 ms }
  host only-far
  only-far crashes
}
a transfers 1 MB to b
`;
  const of = (text: string) => compile([{ uri, text }], new Map());

  it('the first one holds where nothing is compared', () => {
    const { scenario, diagnostics } = of(WORLDS);
    expect(diagnostics).toEqual([]);
    expect(scenario.links.map(({ latency }) => latency)).toEqual([1e6]);
    expect(scenario.hosts.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('each is checked, also where another one holds', () => {
    const { diagnostics } = of(WORLDS.replace('only-far crashes', 'nobody crashes'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['unknown-host']);
    expect(of(WORLDS.replace('latency 90 ms', 'latency 90')).diagnostics.map(({ code }) => code)).toEqual(['missing-unit']);
  });

  it('what one of them uses is not idle', () => {
    const idle = (text: string) => of(text).diagnostics.map(({ code }) => code);
    const spare = `host spare\n${WORLDS}`;
    expect(idle(spare)).toEqual(['unused-host']);
    expect(idle(spare.replace('only-far crashes', 'only-far crashes\n  spare crashes'))).toEqual([]);
  });

  it('names in those that do not hold are known to the editor', () => {
    const mentions = mentionsIn(treeOf({ uri, text: WORLDS }));
    expect(mentions.filter(({ text }) => text === 'only-far').map(({ role }) => role)).toEqual(['declares', 'uses']);
    const compared = mentionsIn(treeOf({ uri, text: `${WORLDS}compare near, far { }` })).filter(({ space }) => space === 'alternative');
    expect(compared.map(({ text, role }) => [text, role])).toEqual([
      ['near', 'declares'],
      ['far', 'declares'],
      ['near', 'uses'],
      ['far', 'uses'],
    ]);
  });
});

describe('a point', () => {
  const SWEEP = `${ALTERNATIVES}sweep n over 1, 3 and rtt over 20 ms, 40 ms comparing slow, fast repeat 2 {
  plot goodput of server to pc[1..n] against n
  expect goodput of server to pc1 < 200 Mbps
}`;
  const sweep = sweepOf(sources(SWEEP), new Map(), 0);
  const at = (number: number) => {
    const made = scenarioOfPoint(sweep, pointOf(sweep.plan, sweep.seed, number));
    if (typeof made === 'string') throw new Error(made);
    return made;
  };

  it('has its values for the parameters, and for what is computed from them', () => {
    const { scenario, plan } = at(16);
    expect(scenario.hosts.filter(({ name }) => name.startsWith('pc'))).toHaveLength(3);
    expect(scenario.hosts[0]!.latency).toBe(1e7);
    expect(scenario.steps[0]!.action).toMatchObject({ size: 300_000 });
    expect(plan.plots[0]!.measures[0]!.subjects[1]).toEqual(['pc1', 'pc2', 'pc3']);
  });

  it('has its alternative and its seed, and is judged by the expectations of the sweep alone', () => {
    expect([at(1), at(9)].map(({ scenario }) => scenario.hosts[0]!.up)).toEqual([1e6, 100e6]);
    expect([at(1), at(2)].map(({ scenario }) => scenario.seed)).toEqual([1, 2]);
    expect(at(1).scenario.expectations.map(({ text }) => text)).toEqual(['expect goodput of server to pc1 < 200 Mbps']);
  });

  it('is a pure function of its number', () => {
    const lines = [7, 2, 7, 16, 2].map((point) => lineOf(runPoint(sweep, point, DEFAULT_LIMITS)));
    expect(lines[2]).toBe(lines[0]);
    expect(lines[4]).toBe(lines[1]);
    const again = sweepOf(sources(SWEEP), new Map(), 0);
    expect(lineOf(runPoint(again, 16, DEFAULT_LIMITS))).toBe(lines[3]);
  });

  it('tells why it has no run', () => {
    const broken = sweepOf(sources(`sweep share over 1 %, 200 % { ${plot} share }`), new Map(), 0);
    expect(runPoint(broken, 2, DEFAULT_LIMITS).stopped).toMatch(/`share` is 200 %, which is out of range/);
    expect(runPoint(sweep, 1, { ...DEFAULT_LIMITS, maximumEvents: 50 }).stopped).toMatch(/did not end within 50 events/);
  });

  it('belongs to its text: another state of it, or of another alternative, is another sweep', () => {
    const identity = (text: string) => sweepOf(sources(text), new Map(), 0).identity;
    expect(identity(SWEEP)).toBe(sweep.identity);
    for (const other of [SWEEP.replace('20 ms,', '30 ms,'), SWEEP.replace('100 Mbps', '99 Mbps'), `seed 2\n${SWEEP}`]) {
      expect(identity(other)).not.toBe(sweep.identity);
    }
  });
});
