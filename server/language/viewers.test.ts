/** What is said of viewers who play nothing, or of what no film of theirs has. */
import { expect, test } from 'vitest';
import { compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';

test.each<[string, string]>([
  [
    'fixed below the ladder',
    'host tv\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\ntv plays v using fixed { rate 100 kbps }\n                         ^^^^^^^^^^^^^ without-effect: of 400 kbit/s',
  ],
  [
    'a start beyond the film',
    'host tv\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\ntv plays v { start 30 s }\n             ^^^^^^^^^^ out-of-range: lasts 20 s',
  ],
  [
    'a start beyond the buffer',
    'host tv\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\ntv plays v { buffer 10 s  start 15 s }\n                          ^^^^^^^^^^ without-effect: holds 10 s at most',
  ],
  [
    'a metric of who plays nothing',
    'host tv, phone\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\ntv plays v\nexpect rebuffering of phone = 0 %\n                      ^^^^^ plays-nothing: `tv` does',
  ],
  [
    'a plot of who plays nothing',
    'host tv, phone\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\ntv plays v\nplot buffer of phone\n               ^^^^^ plays-nothing',
  ],
  [
    'a pause of nothing',
    'host tv, phone\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\ntv plays v\nat 3 s phone pauses\n       ^^^^^ plays-nothing: `phone` plays nothing: `tv` does.',
  ],
  ['a jump in nothing', 'host tv\nat 3 s tv seeks to 5 s\n       ^^ plays-nothing: no host does'],
  ['a speed of nothing', 'host tv\nat 3 s tv plays at 2 times speed\n       ^^ plays-nothing'],
  [
    'a jump beyond the end',
    'host tv\nvideo v on s.org { duration 20 s ladder 400 kbps, 1 Mbps }\nat 0 s tv plays v\nat 3 s tv seeks to 20 s\n                   ^^^^ out-of-range: What `tv` plays lasts 20 s.',
  ],
])('%s', (_name, annotated) => {
  const wanted = readAnnotated(annotated);
  const found = compileText(wanted.text).diagnostics.filter(({ severity }) => severity !== 'hint');
  expect(found.map((diagnostic) => markOf(wanted.text, diagnostic))).toEqual(wanted.marks);
  wanted.messages.forEach((part, i) => {
    if (part !== null) expect(found[i]?.message).toContain(part);
  });
});

test('the rate of the lowest rendition is offered where `fixed` is below it', () => {
  const text = 'host tv\nvideo v on s.org { ladder 400 kbps, 1 Mbps }\ntv plays v using fixed { rate 100 kbps }';
  const [fix] = compileText(text).diagnostics[0]!.fixes;
  const [edit] = fix!.edits;
  expect(`${text.slice(0, edit!.start)}${edit!.text}${text.slice(edit!.end)}`).toContain('{ rate 400 kbps }');
});
