/** `netscenario export`: a zone of a scenario, with all that the language filled in and signed if it is, as a master file (RFC 1035 §5). */
import { publishedRecords } from '../../engines/dns/dnssec/signing.ts';
import { canonical, displayName, parseName } from '../../engines/dns/domain-name.ts';
import { writeMasterFile } from '../../engines/dns/master-file/writer.ts';
import type { DnsService } from '../../engines/dns/scenario.ts';
import { count } from '../../engines/format.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { loadProgram } from '../program.ts';
import { write } from './run.ts';

export interface ExportOptions {
  /** Its origin, with or without the trailing dot; `.` is the root. */
  readonly zone: string;
  /** null: to standard output. */
  readonly out: string | null;
}

/** Nothing is run: a zone is what it is when the scenario begins. */
export async function exportZone(path: string, options: ExportOptions, terminal: Terminal): Promise<number> {
  const origin = parseName(options.zone);
  if (!origin.ok) throw new Complaint(`--zone: ${origin.error}`);
  const program = await loadProgram(path);
  const errors = printDiagnostics(program, terminal);
  if (errors > 0) {
    terminal.error(`${path}: not exported: ${count(errors, 'error')}\n`);
    return 1;
  }
  const { seed, services } = program.compilation.scenario;
  const zones = services.flatMap((service) => (service.kind === 'dns.zone' ? [service] : []));
  const zone = zones.find((candidate) => canonical(candidate.origin) === canonical(origin.name));
  if (!zone) {
    const known = zones.map((candidate) => displayName(candidate.origin)).join(', ');
    throw new Complaint(`${path} has no zone “${options.zone}”; ${known === '' ? 'it has none' : `it has ${known}`}`);
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
