/** The records of a declared zone: from its block, or from a master file. */
import { parseName } from '../../engines/dns/domain-name.ts';
import { ipv4Bytes, reverseName } from '../../engines/dns/ip-address.ts';
import { type MasterFileEntry, type NameRange, outOfZone, readMasterFile } from '../../engines/dns/master-file/master-file.ts';
import type { Name } from './entry.ts';
import { fileContent, namedFile } from './files.ts';
import type { Program, ProgramZone } from './program.ts';
import { addressInPlaceOfName, setProblems } from './record-sets.ts';
import { recordTypeWords } from './record-types.ts';
import type { Site } from './site.ts';
import { editDistance, nearest } from './spelling.ts';
import { resolveUri } from './uri.ts';

/** Seconds for records without a TTL of their own. */
export const recordTtl = 86_400;

/** The absolute form of a name as the language writes it, with or without the trailing dot. The name was checked. */
export function absolute(name: string): string {
  const parsed = parseName(name);
  return parsed.ok ? parsed.name : `${name}.`;
}

/** What is asked for: an address asked for with PTR stands for its name in in-addr.arpa (RFC 1035 §3.5). */
export function askedName(name: string, type: string | null): string {
  return (type === 'PTR' && reverseName(name)) || absolute(name);
}

/** Records in the statement's block: those of a zone, or of a change of it. Offsets are those of the document. */
export function readZoneBlock(zone: Pick<ProgramZone, 'origin' | 'records'>, site: Site): void {
  const { braces } = site.statement;
  if (!braces) return;
  const { program } = site;
  const base = braces.start + 1;
  const text = program.sources[site.source]!.text.slice(base, braces.end - 1);
  const declared = (name: string): boolean => name.includes('.') && (program.hosts.has(name.toLowerCase()) || inDeclaredZone(name, site));
  const read = readMasterFile(text, { origin: zone.origin, defaultTtl: recordTtl, indented: true, relaxedNames: declared });
  for (const problem of read.problems) {
    const range = { start: base + problem.start, end: base + problem.end };
    const found = text.slice(problem.start, problem.end);
    const meant = problem.code === 'bad-type' ? nearest(found.toUpperCase(), recordTypeWords) : null;
    const time = problem.code === 'bad-type' ? timeInTwoWords(text, problem.start, found) : null;
    if (time) {
      site.report('malformed-record', { start: base + time.start, end: range.end }, `A TTL is one word here: \`${time.meant}\`.`, {
        fixes: [
          {
            title: `Change to \`${time.meant}\``,
            edits: [{ start: base + time.start, end: range.end, text: time.meant }],
            preferred: true,
          },
        ],
      });
      continue;
    }
    const left = leftOut(text, problem.start, found);
    if (left) {
      site.report('malformed-record', range, left.message, {
        fixes: [
          {
            title: `Insert \`${left.insert}\``,
            edits: [{ start: range.start, end: range.start, text: `${left.insert} ` }],
            preferred: true,
          },
        ],
      });
      continue;
    }
    site.report('malformed-record', range, `${sentence(problem.message)}${meant ? ` Did you mean \`${meant}\`?` : ''}`, {
      fixes: meant ? [{ title: `Change to \`${meant}\``, edits: [{ ...range, text: meant }], preferred: true }] : [],
    });
  }
  for (const { entry, isError, message } of setProblems(read.entries, zone.origin))
    site.report(isError ? 'malformed-record' : 'suspicious-record', shifted(entry, base), message);
  const outside = new Set(outOfZone(read.records, zone.origin));
  // Of the last owner; 0 before there is one.
  let ownerColumn = 0;
  for (const entry of read.entries) {
    const { record } = entry;
    noteNames(entry, zone.origin, base, site);
    if (outside.has(record)) {
      site.report(
        'malformed-record',
        shifted(entry.owner ?? entry, base),
        `\`${record.name}\` does not lie in zone \`${zone.origin}\` (RFC 1035 §5.2).`,
      );
      continue;
    }
    if (entry.owner) ownerColumn = columnOf(text, entry.start);
    else if (columnOf(text, entry.start) <= ownerColumn) warnOfClass(entry, text, base, site);
    program.recordPlaces.set(record, site.place(shifted(entry, base)));
    zone.records.push(record);
    mention(entry, program);
    checkNames(entry, text, base, site);
  }
}

/** The owner, where it is written, and the names in the data. */
function noteNames({ owner, names }: MasterFileEntry, origin: string, base: number, site: Site): void {
  const note = ({ start, end, name }: NameRange, isOwner: boolean): void => {
    site.program.recordNames.push({ at: site.place({ start: base + start, end: base + end }), name, origin, isOwner });
  };
  if (owner) note(owner, true);
  for (const name of names) note(name, false);
}

/** `in A 192.0.2.1`, right below an owner: the class, and no host of that name. */
function warnOfClass(entry: MasterFileEntry, text: string, base: number, site: Site): void {
  const word = text.slice(entry.start, entry.start + 2);
  if (word.toUpperCase() !== 'IN' || /\S/.test(text.charAt(entry.start + 2))) return;
  const range = { start: base + entry.start, end: base + entry.start + 2 };
  const { name } = entry.record;
  const message = `\`${word}\` is the class here, and the record one of \`${name}\`, as above: write the owner before it, or indent the line.`;
  site.report('suspicious-record', range, message);
}

function columnOf(text: string, offset: number): number {
  return offset - text.lastIndexOf('\n', offset - 1);
}

/** The hosts that a record is of, or names. */
function mention({ record, names }: MasterFileEntry, program: Program): void {
  for (const name of [record.name, ...names.map((one) => one.name)]) {
    const host = program.hosts.get(name.slice(0, -1).toLowerCase());
    if (host) host.used = true;
  }
}

/** `5 min`, as elsewhere in the language: master files write `5m`. */
function timeInTwoWords(text: string, start: number, found: string): { start: number; meant: string } | null {
  const unit = /^(?:(s)(?:ec|ecs|econds?)?|(m)(?:in|ins|inutes?)|(h)(?:ours?)?|(d)(?:ays?)?|(w)(?:eeks?)?)$/i.exec(found);
  const number = /(?:^|\s)(\d{1,10})[ \t]+$/.exec(text.slice(Math.max(0, start - 40), start));
  if (!unit || !number) return null;
  const [letter] = unit.slice(1).filter((one) => one !== undefined);
  return { start: start - number[0].trimStart().length, meant: `${number[1]}${letter!.toLowerCase()}` };
}

/** What people forget in a record: the type of an address, the preference of a mail exchanger. */
function leftOut(text: string, start: number, found: string): { insert: string; message: string } | null {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (/\bMX\s+$/i.test(before) && /^[A-Za-z]/.test(found))
    return { insert: '10', message: `An MX record has a preference before the host: \`MX 10 ${found}\`. The lowest is tried first.` };
  if (ipv4Bytes(found) && !/\s(A|AAAA|TXT)\s+$/i.test(before))
    return { insert: 'A', message: `The type is missing: \`A ${found}\` says that this is its address.` };
  return null;
}

function inDeclaredZone(name: string, site: Site): boolean {
  const { zones } = site.program;
  for (let rest = name.toLowerCase(); ; rest = rest.slice(rest.indexOf('.') + 1)) {
    if (zones.has(`${rest}.`)) return true;
    if (!rest.includes('.')) return false;
  }
}

/** `MX 10 mail.example.org` in zone example.com is probably not meant to be mail.example.org.example.com. */
function checkNames(entry: MasterFileEntry, text: string, base: number, site: Site): void {
  for (const range of entry.names) {
    const { start, end, name } = range;
    const written = text.slice(start, end);
    const address = addressInPlaceOfName(entry, written, range);
    if (address !== null) {
      site.report('malformed-record', { start: base + start, end: base + end }, address);
      continue;
    }
    if (written.endsWith('.') || !written.includes('.') || name.toLowerCase() === `${written.toLowerCase()}.`) continue;
    site.report(
      'relative-name',
      { start: base + start, end: base + end },
      `Without a trailing dot \`${written}\` means \`${name}\`. If it is complete, end it with a dot.`,
      {
        // Only once all hosts are known.
        fixes: () => {
          const meant = hostOneSlipAway(written, site);
          const dot = { title: `Change to \`${written}.\``, edits: [{ start: base + end, end: base + end, text: '.' }] };
          if (meant === null) return [{ ...dot, preferred: true }];
          return [
            { title: `Change to \`${meant}\``, edits: [{ start: base + start, end: base + end, text: meant }], preferred: true },
            dot,
          ];
        },
      },
    );
  }
}

/** `mail.hamburgr.edu` for the declared `mail.hamburger.edu`, with the dot that it needs outside of declared zones. */
function hostOneSlipAway(written: string, site: Site): string | null {
  const { hosts } = site.program;
  const name = written.toLowerCase();
  if (hosts.size > 5000 || hosts.has(name)) return null;
  for (const { name: host } of hosts.values()) {
    if (!host.includes('.') || editDistance(name, host.toLowerCase(), 2) !== 1) continue;
    return inDeclaredZone(host, site) ? host : `${host}.`;
  }
  return null;
}

/** Records of a master file, strictly by RFC 1035. Problems within it are told where the statement names it. */
export function readZoneFile(zone: ProgramZone, name: Name, site: Site): void {
  const { program } = site;
  const file = namedFile(name, site);
  if (!file) return;
  if (file.bytes.indexOf(0) >= 0) {
    site.report('malformed-file', name, `\`${name.text}\` is no master file: it holds NUL bytes.`);
    return;
  }
  const text = new TextDecoder().decode(file.bytes);
  let waiting = false;
  const read = readMasterFile(text, {
    origin: zone.origin,
    fileName: name.text,
    include: (included) => {
      const resolved = resolveUri(file.uri, included);
      if (!resolved.ok) return undefined;
      const content = fileContent(resolved.uri, program);
      if (content === null) {
        waiting = true;
        return '';
      }
      return content.kind === 'bytes' ? new TextDecoder().decode(content.bytes) : undefined;
    },
  });
  if (waiting) return;
  const placeOf = (place: { readonly file?: string | undefined; readonly start: number }): string =>
    place.file === undefined || place.file === name.text ? placeIn(text, place.start) : place.file;
  const shown = read.problems.slice(0, 5);
  for (const problem of shown) site.report('malformed-file', name, `${name.text}, ${placeOf(problem)}: ${sentence(problem.message)}`);
  if (read.problems.length > shown.length) {
    site.report('malformed-file', name, `${name.text} has ${read.problems.length - shown.length} further problems.`);
  }
  if (read.problems.length === 0 && read.records.length === 0) site.report('malformed-file', name, `\`${name.text}\` holds no record.`);
  for (const { entry, isError, message } of setProblems(read.entries, zone.origin).slice(0, 5))
    site.report(isError ? 'malformed-file' : 'suspicious-record', name, `${name.text}, ${placeOf(entry)}: ${message}`);
  const outside = new Set(outOfZone(read.records, zone.origin));
  for (const entry of read.entries) {
    if (entry.file === undefined) {
      for (const range of entry.names) {
        const address = addressInPlaceOfName(entry, text.slice(range.start, range.end), range);
        if (address !== null) site.report('malformed-file', name, `${name.text}, ${placeOf(range)}: ${address}`);
      }
    }
    if (!outside.has(entry.record)) {
      zone.records.push(entry.record);
      mention(entry, program);
      continue;
    }
    site.report(
      'malformed-file',
      name,
      `${name.text}, ${placeOf(entry)}: \`${entry.record.name}\` does not lie in zone \`${zone.origin}\` (RFC 1035 §5.2).`,
    );
  }
}

/** `line 3, column 14`, from 1. */
export function placeIn(text: string, offset: number): string {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  return `line ${line}, column ${offset - start + 1}`;
}

function shifted(range: { start: number; end: number }, by: number) {
  return { start: range.start + by, end: range.end + by };
}

/** With a capital and a full stop. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`;
}
