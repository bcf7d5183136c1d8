/** What we send, as tshark reads it, and the files that it takes out of a capture. Needs tshark on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { bytesOfAll } from '../contents.ts';
import { writePcapng } from '../network/capture/pcapng.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { generatedPage } from './page.ts';
import { browse, request, resource, webScenario, website } from './scenario-for-tests.ts';
import { seedOf } from './website.ts';

const present = spawnSync('tshark', ['--version']).status === 0;

/** Its lines, and the files that it exports, by name. */
function tshark(run: Run, ...options: string[]): { lines: string[]; files: Map<string, Buffer> } {
  const folder = mkdtempSync(join(tmpdir(), 'http-'));
  try {
    const capture = join(folder, 'run.pcapng');
    const objects = join(folder, 'objects');
    writeFileSync(capture, writePcapng(run));
    const output = execFileSync('tshark', ['-r', capture, '--export-objects', `http,${objects}`, ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    });
    const names = readdirSync(objects);
    return {
      lines: output.split('\n').filter((line) => line !== ''),
      files: new Map(names.map((name) => [name, readFileSync(join(objects, name))])),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A real picture. */
const PICTURE = new Uint8Array(readFileSync(new URL('../../samples/http/boat.png', import.meta.url)));
const site = website(
  'www',
  [
    resource('/index.html', 20_000, { embeds: ['/a.png', '/b.jpg', '/real.png'] }),
    resource('/a.png', 3_000),
    resource('/b.jpg', 150_000),
    resource('/real.png', 0, { type: 'image/png', content: { kind: 'bytes', bytes: PICTURE } }),
    resource('/dynamic', 30_000, { dynamic: true }),
  ],
  { accepts: [{ method: 'POST', path: '/x' }] },
);

describe.skipIf(!present)('tshark', () => {
  for (const fidelity of ['packets', 'flows'] as const) {
    test(`takes the very files out of a capture, at ${fidelity}`, () => {
      const run = simulate(webScenario([site], [browse('/index.html'), request('/dynamic')], {}, { fidelity }));
      const { files } = tshark(run);
      const generated = (path: string, length: number) => bytesOf({ seed: seedOf(`www ${path} 1`), offset: 0, length });
      const page = (path: string, embeds: string[], size: number) =>
        bytesOfAll(generatedPage(`www${path}`, embeds, seedOf(`www ${path} 1`), size));
      const expected: [string, Uint8Array][] = [
        ['index.html', page('/index.html', ['/a.png', '/b.jpg', '/real.png'], 20_000)],
        ['a.png', generated('/a.png', 3_000)],
        ['b.jpg', generated('/b.jpg', 150_000)],
        ['real.png', PICTURE],
        ['dynamic', page('/dynamic', [], 30_000)],
      ];
      expect([...files.keys()].sort()).toEqual(expected.map(([name]) => name).sort());
      for (const [name, bytes] of expected) expect(files.get(name)!.equals(bytes), name).toBe(true);
    });
  }

  test('finds every message well formed, requests and responses as many as there were', () => {
    const proxy = { kind: 'http.cache', host: 'proxy', serves: ['pc'], size: 1e6, connections: 8, at: null } as const;
    const steps = [
      request('/a.png', { fields: [['Range', 'bytes=0-9, 20-29']] }),
      request('/a.png', { ifChanged: true }),
      request('/nothing', { method: 'HEAD' }),
      request('/x', {
        method: 'POST',
        content: { kind: 'text', text: 'a=b' },
        fields: [
          ['Content-Type', 'text/plain'],
          ['Expect', '100-continue'],
        ],
      }),
      browse('/index.html'),
    ];
    for (const services of [[site], [site, proxy]]) {
      const run = simulate(webScenario(services, steps, { proxy: {} }));
      const fields = ['http.request.method', 'http.response.code'].flatMap((name) => ['-e', name]);
      const { lines } = tshark(run, '-Y', 'http.request || http.response', '-T', 'fields', ...fields);
      const kinds = [...run.messages.kind].map((kind) => run.strings[kind]);
      expect(lines.filter((line) => !line.startsWith('\t')).length).toBe(kinds.filter((kind) => kind === 'request').length);
      expect(lines.filter((line) => line.startsWith('\t')).length).toBe(kinds.filter((kind) => kind === 'response').length);
      expect(tshark(run, '-Y', '_ws.malformed || _ws.expert.severity == error').lines).toEqual([]);
    }
  });
});
