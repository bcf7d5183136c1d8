/**
 * `netscenario export`: a zone of a scenario, with all that the language filled in and signed if it is, as a master file (RFC 1035 §5);
 * a torrent as a `.torrent` file or a magnet link (BEP 3, BEP 9).
 */
import { Torrent } from '../../engines/bittorrent/torrent.ts';
import { encodeMagnet } from '../../engines/bittorrent/wire/magnet.ts';
import { publishedRecords } from '../../engines/dns/dnssec/signing.ts';
import { canonical, displayName, parseName } from '../../engines/dns/domain-name.ts';
import { writeMasterFile } from '../../engines/dns/master-file/writer.ts';
import type { DnsService } from '../../engines/dns/scenario.ts';
import { count } from '../../engines/format.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { loadProgram, type Program } from '../program.ts';
import { write } from './run.ts';

export interface ExportOptions {
  /** The zone's origin, with or without the trailing dot (`.` is the root), or the torrent's name. */
  readonly name: string;
  /** null: to standard output. */
  readonly out: string | null;
}

/** Nothing is run: a zone is what it is when the scenario begins. */
export async function exportZone(path: string, options: ExportOptions, terminal: Terminal): Promise<number> {
  const origin = parseName(options.name);
  if (!origin.ok) throw new Complaint(`--zone: ${origin.error}`);
  const program = await loadSound(path, terminal);
  if (!program) return 1;
  const { seed, services } = program.compilation.scenario;
  const zones = services.flatMap((service) => (service.kind === 'dns.zone' ? [service] : []));
  const zone = zones.find((candidate) => canonical(candidate.origin) === canonical(origin.name));
  if (!zone) {
    const known = zones.map((candidate) => displayName(candidate.origin)).join(', ');
    throw new Complaint(`${path} has no zone “${options.name}”; ${known === '' ? 'it has none' : `it has ${known}`}`);
  }
  const dns = services.filter((service) => service.kind.startsWith('dns.')) as DnsService[];
  const records = publishedRecords(seed, dns, zone);
  const text = writeMasterFile(records, zone.origin);
  if (options.out === null) terminal.out(text);
  else {
    await write(options.out, text);
    terminal.out(`${options.out}: zone ${displayName(zone.origin)}, ${count(records.length, 'record')}\n`);
  }
  return 0;
}

/** Nothing is run here, either. What a torrent holds follows from its name and the scenario's seed, so its hashes are those of a run. */
export async function exportTorrent(path: string, options: ExportOptions, terminal: Terminal): Promise<number> {
  const program = await loadSound(path, terminal);
  if (!program) return 1;
  const { seed, services } = program.compilation.scenario;
  const torrents = services.flatMap((service) => (service.kind === 'bittorrent.torrent' ? [service] : []));
  const service = torrents.find(({ name }) => name.toLowerCase() === options.name.toLowerCase());
  if (!service) {
    const known = torrents.map(({ name }) => name).join(', ');
    throw new Complaint(`${path} has no torrent “${options.name}”; ${known === '' ? 'it has none' : `it has ${known}`}`);
  }
  const torrent = new Torrent(service, seed);
  if (options.out === null) {
    const { infoHash, name, size, trackerUrl } = torrent;
    terminal.out(`${encodeMagnet({ infoHash, name, length: size, trackers: [trackerUrl], peers: [] })}\n`);
  } else {
    await write(options.out, torrent.metainfo());
    terminal.out(`${options.out}: torrent ${torrent.name}, ${count(torrent.pieces, 'piece')}\n`);
  }
  return 0;
}

/** The program at that path; null (and printed) if it has errors. */
async function loadSound(path: string, terminal: Terminal): Promise<Program | null> {
  const program = await loadProgram(path);
  const errors = printDiagnostics(program, terminal);
  if (errors === 0) return program;
  terminal.error(`${path}: not exported: ${count(errors, 'error')}\n`);
  return null;
}
