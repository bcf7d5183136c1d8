/** Clips, their coding, streams and viewers: what the statements come to, and what is said of those that do not hold. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../engines/quantities.ts';
import { applyFix, compileText } from './annotated-source-for-tests.ts';

const above = 'host server, tv\nclip bounce { duration 4 s }\n';
const actions = (text: string) => compileText(above + text).scenario.steps.map(({ action }) => action);
const clip = {
  name: 'bounce',
  pattern: 'bouncing ball',
  width: 48,
  height: 32,
  frameRate: 24,
  duration: 4 * SECOND,
  grain: 0,
  seed: 1,
};

describe('a clip', () => {
  test('is coded losslessly by both redundancies, with a key frame a second, unless told otherwise', () => {
    expect(actions('server encodes bounce both')).toEqual([
      {
        kind: 'video.encode',
        host: 'server',
        clip,
        encoding: { coding: 'both', control: { kind: 'constant quality', step: 1 }, groupLength: 24 },
      },
    ]);
  });

  test('has a constant rate, by number or by a codec’s name', () => {
    const controls = actions(
      'server encodes bounce spatially { rate 60 kbps }\nserver encodes bounce temporally { rate mpeg-2 high  key frame every 12 frames }',
    ).map((action) => (action.kind === 'video.encode' ? action.encoding : null));
    expect(controls).toEqual([
      { coding: 'spatial', control: { kind: 'constant rate', rate: 60_000 }, groupLength: 24 },
      { coding: 'temporal', control: { kind: 'constant rate', rate: 6_000_000 }, groupLength: 12 },
    ]);
  });

  test('has the randomness of the scenario’s seed, wherever that stands', () => {
    const { steps } = compileText(`${above}server encodes bounce raw\nseed 7`).scenario;
    expect(steps[0]!.action).toMatchObject({ clip: { seed: 7 } });
  });

  test('is shown with the encodings of the steps above, each once', () => {
    const { views } = compileText(
      `${above}server encodes bounce raw\nserver encodes bounce both\nserver encodes bounce raw\nshow frames of bounce\nserver encodes bounce spatially`,
    ).scenario;
    expect(views.map(({ view }) => view)).toMatchObject([{ kind: 'frames', clip, encodings: [{ coding: 'raw' }, { coding: 'both' }] }]);
  });
});

describe('a stream', () => {
  test('waits for a second, goes on after as much, and skips what is lost', () => {
    expect(actions('server streams bounce to tv')).toMatchObject([
      {
        kind: 'video.stream',
        server: 'server',
        client: 'tv',
        film: { kind: 'clip', clip },
        transport: 'udp',
        sendingRate: null,
        playoutDelay: SECOND,
        resumeAfter: SECOND,
        loss: 'skip',
      },
    ]);
  });

  test('has all of it said otherwise', () => {
    const block = 'coding spatial  quantiser 4  sending rate 200 kbps  over tcp  playout delay 3 s  resume after 500 ms  loss retransmit';
    expect(actions(`server streams bounce to tv { ${block} }`)).toMatchObject([
      {
        film: { encoding: { coding: 'spatial', control: { kind: 'constant quality', step: 4 } } },
        transport: 'tcp',
        sendingRate: 200_000,
        playoutDelay: 3 * SECOND,
        resumeAfter: 500 * MILLISECOND,
        loss: 'retransmit',
      },
    ]);
  });

  test('is paused, resumed, wound to a place, and played faster', () => {
    expect(actions('tv pauses for 2 s\ntv pauses\ntv resumes\ntv seeks to 1 min\ntv plays at 1.5 times speed')).toEqual([
      { kind: 'video.pause', host: 'tv', time: 2 * SECOND },
      { kind: 'video.pause', host: 'tv', time: null },
      { kind: 'video.resume', host: 'tv' },
      { kind: 'video.seek', host: 'tv', position: 60 * SECOND },
      { kind: 'video.speed', host: 'tv', speed: 1.5 },
    ]);
  });
});

test.each<[line: string, marked: string, message: RegExp, mended: string | null]>([
  ['server streams bonce to tv', 'bonce', /^There is no film `bonce`. Did you mean `bounce`\?$/, 'server streams bounce to tv'],
  ['show frames of boat', 'boat', /^There is no film `boat`. /, null],
  ['expect frame size of bonce < 2 kB', 'bonce', /^There is no film `bonce`/, 'expect frame size of bounce < 2 kB'],
  ['clip Bounce', 'Bounce', /^Film `Bounce` is declared twice.$/, null],
  ['clip x { duration 0 s }', '0 s', /^0 s is out of range: from 20 ms to 10 min is possible here.$/, null],
  ['clip x { duration 10 min  size 255 by 255 }', 'x', /^The clip has 14400 pictures of 255 × 255 pixels; at most 20000/, null],
  [
    'server encodes bounce both { rate 1 Mbps  quantiser 4 }',
    'quantiser 4',
    /^At a constant rate each group of pictures has a quantiser of its own/,
    null,
  ],
  ['server streams bounce to server', 'server', /^`server` cannot stream to itself/, null],
  [
    'server encodes bounce temporal',
    'temporal',
    /^`temporal` does not fit here. Did you mean `temporally`\?$/,
    'server encodes bounce temporally',
  ],
])('%s', (line, marked, message, mended) => {
  const text = above + line;
  const [first] = compileText(text).diagnostics.filter(({ severity }) => severity !== 'hint');
  expect(text.slice(first!.start, first!.end)).toBe(marked);
  expect(first!.message).toMatch(message);
  if (mended !== null) expect(applyFix(text, first!)).toBe(above + mended);
});

test('a film that is declared in a later cell of a notebook is not there yet', async () => {
  const { compile } = await import('./compile.ts');
  const cells = ['host server, tv\nserver streams late to tv', 'clip late'];
  const { diagnostics } = compile(
    cells.map((text, cell) => ({ uri: `file:///w/${cell}.netscenario`, text })),
    new Map(),
  );
  expect(diagnostics.map(({ code }) => code)).toContain('declared-below');
});
