/** Bandwidth traces, in the formats that they are published in. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../engines/quantities.ts';
import { MAXIMUM_PERIODS, parseTrace } from './trace-file.ts';

const twoPeriods = {
  periods: [
    { duration: SECOND, rate: 5_000_000, latency: 50 * MILLISECOND },
    { duration: 1.5 * MILLISECOND, rate: 62_500, latency: 20 * MILLISECOND },
  ],
  problems: [],
};

describe('CSV', () => {
  test('a header names the columns', () => {
    expect(parseTrace('duration_ms,bandwidth_kbps,latency_ms\n1000,5000,50\n1.5,62.5,2e1\n')).toEqual(twoPeriods);
  });

  test('columns stand in any order, others are ignored; blank lines, quotes and the line ends of Windows do no harm', () => {
    const text = '\n "bandwidth_kbps" , time, latency_ms,duration_ms\r\n5000, 0, 50, 1000\r\n\r\n62.5,1000,"20",1.5';
    expect(parseTrace(text)).toEqual(twoPeriods);
  });

  test('without a latency, the line’s own holds', () => {
    expect(parseTrace('duration_ms,bandwidth_kbps\n1000,1').periods).toEqual([{ duration: SECOND, rate: 1000, latency: null }]);
    expect(parseTrace('duration_ms,bandwidth_kbps,latency_ms\n1000,1,').periods).toEqual([{ duration: SECOND, rate: 1000, latency: null }]);
  });
});

describe('JSON', () => {
  test('an array of objects', () => {
    const text =
      '[{"duration_ms": 1000, "bandwidth_kbps": 5000, "latency_ms": 50},\n {"duration_ms":1.5,"bandwidth_kbps":6.25e1,"latency_ms":20}]\n';
    expect(parseTrace(text)).toEqual(twoPeriods);
  });

  test('other names are ignored', () => {
    expect(parseTrace('[{"name": "a \\" b", "ok": true, "no": null, "t": -1, "bandwidth_kbps": 1, "duration_ms": 1000}]').periods).toEqual([
      { duration: SECOND, rate: 1000, latency: null },
    ]);
  });
});

test.each<[string, string, number | null, string]>([
  ['an empty file', '', null, 'it holds no period'],
  ['a header alone', 'duration_ms,bandwidth_kbps\n', null, 'it holds no period'],
  ['an empty array', ' [ ] ', null, 'it holds no period'],
  [
    'no header',
    '1000,5000\n',
    1,
    'the first line names the columns `duration_ms,bandwidth_kbps,latency_ms`; `duration_ms` and `bandwidth_kbps` are missing',
  ],
  [
    'a header that lacks one',
    '\nduration_ms,rate\n',
    2,
    'the first line names the columns `duration_ms,bandwidth_kbps,latency_ms`; `bandwidth_kbps` is missing',
  ],
  ['a short row', 'duration_ms,bandwidth_kbps\n1000,5\n1000\n', 3, '`bandwidth_kbps` is missing'],
  ['a word', 'duration_ms,bandwidth_kbps\n1000,fast\n', 2, '`bandwidth_kbps` is `fast`, which is no number'],
  ['a period of no time', 'duration_ms,bandwidth_kbps\n0,5\n', 2, '`duration_ms` is 0; 1 to 8640000000 is possible'],
  ['a bandwidth below 0', 'duration_ms,bandwidth_kbps\n1000,-5\n', 2, '`bandwidth_kbps` is -5; 0 to 10000000000 is possible'],
  ['a latency of hours', 'duration_ms,bandwidth_kbps,latency_ms\n1000,5,1e7\n', 2, '`latency_ms` is 10000000; 0 to 3600000 is possible'],
  [
    'nothing but outage',
    'duration_ms,bandwidth_kbps\n1000,0\n2000,0\n',
    null,
    'no period has a bandwidth above 0, so nothing would ever pass',
  ],
  ['too long a trace', 'duration_ms,bandwidth_kbps\n8640000000,5\n1,5\n', null, 'its periods last longer than 100 d together'],
  ['an object', '{"duration_ms": 1}', 1, 'expected an array of periods, `[ … ]`, instead of `{`'],
  ['an array of numbers', '[\n1000,\n5000]', 2, 'expected a period, `{ … }`, instead of `1000`'],
  ['a name left out', '[{"duration_ms":1000}]', 1, '`bandwidth_kbps` is missing in period 1'],
  [
    'a name misspelt',
    '[{"duration_ms":1000,"bandwidth_kbps":1},{"duration_ms":1000,"bandwith_kbps":1}]',
    1,
    '`bandwith_kbps` in period 2: did you mean `bandwidth_kbps`?',
  ],
  ['a name in another unit', '[{"duration_ms":1000,"bandwidth_mbps":1}]', 1, '`bandwidth_kbps` is missing in period 1'],
  ['a column misspelt', 'duration,bandwidth_kbps\n1000,5\n', 1, '`duration` among the columns: did you mean `duration_ms`?'],
  ['semicolons', 'duration_ms;bandwidth_kbps\n1000;5\n', 1, 'separate columns by commas, not by `;`'],
  ['tabs', 'duration_ms\tbandwidth_kbps\n1000\t5\n', 1, 'separate columns by commas, not by tabs'],
  ['a comma for thousands', 'duration_ms,bandwidth_kbps\n1000,"5,000"\n', 2, '`bandwidth_kbps` is `5,000`, which is no number'],
  [
    'a text for a number',
    '[{"duration_ms":1000,\n"bandwidth_kbps":"5000"}]',
    2,
    'expected a number for `bandwidth_kbps` instead of `"5000"`',
  ],
  ['a comma left out', '[{"duration_ms":1000 "bandwidth_kbps":1}]', 1, 'expected `,` or `}` instead of `"bandwidth_kbps"`'],
  ['a comma too many', '[{"duration_ms":1000,"bandwidth_kbps":1},\n]', 1, 'the comma before `]` is one too many'],
  ['a comma too many in a period', '[\n{"duration_ms":1000,"bandwidth_kbps":1,}]', 2, 'the comma before `}` is one too many'],
  ['a file that is cut off', '[{"duration_ms":1000,"bandwidth_kbps":1},\n', 2, 'the file ends where a period, `{ … }`, was expected'],
  ['an array that is never closed', '[{"duration_ms":1000,"bandwidth_kbps":1}', 1, 'the file ends where `,` or `]` was expected'],
  ['something behind it', '[{"duration_ms":1000,"bandwidth_kbps":1}]\n[]', 2, 'expected the end of the file instead of `[`'],
  ['no JSON', '[{"duration_ms":1000,?\n', 1, 'expected a name in quotes instead of `?`'],
])('%s', (_name, text, line, message) => {
  expect(parseTrace(text).problems).toEqual([{ line, message }]);
});

test('what is wrong is told in the order of the lines, and not endlessly', () => {
  const { problems } = parseTrace(`duration_ms,bandwidth_kbps\n0,5\n1000,x\n${'\n-1,5'.repeat(1000)}`);
  expect(problems.map(({ line }) => line)).toEqual([2, 3, 5, 6, 7, 8]);
});

test('a trace has a limit', () => {
  const rows = (count: number) => `duration_ms,bandwidth_kbps\n${'1000,5\n'.repeat(count)}`;
  expect(parseTrace(rows(MAXIMUM_PERIODS)).problems).toEqual([]);
  expect(parseTrace(rows(MAXIMUM_PERIODS + 1)).problems).toEqual([{ line: null, message: 'it has more than 100000 periods' }]);
});
