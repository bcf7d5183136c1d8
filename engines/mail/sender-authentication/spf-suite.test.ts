/** Every case of the openspf test suite for RFC 7208, as Debian’s python3-spf brings it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { RecordData } from '../../dns/records.ts';
import { askIn, finish, type Names } from './names-for-tests.ts';
import { checkHost } from './spf.ts';

const SUITE = '/usr/share/doc/python3-spf/rfc7208-tests.yml.gz';
const READER = `
import gzip, json, yaml
print(json.dumps(list(yaml.safe_load_all(gzip.open('${SUITE}')))))
`;

interface Scenario {
  readonly description: string;
  readonly tests: Readonly<Record<string, Case>>;
  readonly zonedata: Readonly<Record<string, readonly (string | Record<string, unknown>)[]>>;
}

interface Case {
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

const present = spawnSync('/usr/bin/python3', ['-c', `import yaml; open('${SUITE}').close()`]).status === 0;

function scenarios(): readonly Scenario[] {
  if (!present) return [];
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', READER], { encoding: 'utf8', maxBuffer: 2 ** 26 }));
}

/** The suite's drivers copy SPF records to TXT where a name has none of these of its own. */
function namesOf({ zonedata }: Scenario): Names {
  const names: Record<string, (RecordData | 'TIMEOUT')[]> = {};
  for (const [name, records] of Object.entries(zonedata)) {
    const entries = records.map((record) =>
      typeof record === 'string' ? (['TIMEOUT', ''] as const) : (Object.entries(record)[0] as [string, unknown]),
    );
    const ownTexts = entries.some(([type]) => type === 'TXT');
    names[name.toLowerCase()] = entries.flatMap(([type, value]): (RecordData | 'TIMEOUT')[] => {
      if (type === 'TIMEOUT') return ['TIMEOUT'];
      if (type === 'TXT' || (type === 'SPF' && !ownTexts)) {
        const strings = (Array.isArray(value) ? value : [value]) as string[];
        return value === 'NONE' ? [] : [{ type: 'TXT', strings: strings.map((one) => Buffer.from(one).toString('latin1')) }];
      }
      if (type === 'A' || type === 'AAAA') return [{ type, address: value as string }];
      if (type === 'PTR' || type === 'CNAME') return [{ type, target: `${value}.` }];
      if (type === 'MX') {
        const [preference, exchange] = value as [number, string];
        return [{ type, preference, exchange: `${exchange}.` }];
      }
      return [];
    });
  }
  return names;
}

describe.skipIf(!present)('the openspf test suite', () => {
  for (const scenario of scenarios()) {
    describe(scenario.description, () => {
      const ask = askIn(namesOf(scenario));
      test.each(Object.entries(scenario.tests))('%s', (_name, { helo, host, mailfrom, result, explanation }) => {
        const sender = mailfrom === '' ? `postmaster@${helo}` : mailfrom;
        const domain = sender.slice(sender.lastIndexOf('@') + 1);
        const verdict = finish(checkHost(ask, { address: host, sender, helo, receiver: 'receiver.example', now: 1_767_225_600 }, domain));
        expect([result].flat(), verdict.reason).toContain(verdict.result);
        if (explanation !== undefined && explanation !== 'DEFAULT' && verdict.result === 'fail')
          // Names have no case; the suite writes hexadecimal digits in capitals.
          expect(verdict.explanation?.toLowerCase()).toBe(explanation.toLowerCase());
      });
    });
  }
});
