/**
 * The command line: what words it takes, what it prints, how it exits.
 *
 * Exit codes: 0 all is well; 1 the scenario has errors, a check of the run failed, or the run did not come to its end; 2 the
 * command was not understood or a file could not be read or written; 3 a fault of netscenario itself; `diff` has its own. Results go to standard
 * output, complaints to standard error.
 */
import { parseArgs } from 'node:util';
import { ALL_INGREDIENTS, type Ingredient, parseIngredients } from '../engines/ingredients.ts';
import { ENGINE_VERSION } from '../engines/version.ts';
import { nearest } from '../server/language/spelling.ts';
import { check } from './commands/check.ts';
import { diff } from './commands/diff.ts';
import { exportTorrent, exportZone } from './commands/export.ts';
import { formatFiles } from './commands/format.ts';
import { report } from './commands/report.ts';
import { type RunSettings, run } from './commands/run.ts';
import { mergeFiles, sweep } from './commands/sweep.ts';
import { Complaint } from './complaint.ts';

export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Shows a line in place of the one before, nothing for an empty one; null where nobody watches. */
  readonly status: ((line: string) => void) | null;
  /** Colour is for people on a terminal; a pipe gets clean text. */
  readonly color: boolean;
  /** Characters a line; Infinity in a pipe. */
  readonly width: number;
}

const USAGE = `netscenario: run application-layer protocols from a scenario's text

  netscenario check FILE…               say what is wrong in scenarios and notebooks
  netscenario format FILE…              lay scenarios and the cells of notebooks out, in place
      --check                           write nothing; exit code 1 where something would be written
  netscenario run FILE                  run it; print its messages, metrics and checks
      --json                            the same as JSON
      --pcap FILE                       write a capture (pcapng) for Wireshark
      --host NAME                       …of what this host sends and receives only
      --link A,B                        …of what crosses the link between these two hosts only
      --without-secrets                 …as an eavesdropper has it: nothing that opens TLS sessions
      --save FILE                       keep the run, for later viewing and comparing
      --fingerprint [LIST]              print the run's fingerprint only, over these ingredients
  netscenario diff A B                  name the first event in which two runs differ, and show it
      --only LIST                       compare these ingredients only
      --context N                       show this many events before and after it (3)
      --json                            the same as JSON
  netscenario report FILE --out FILE    write the run as one HTML page: messages, bytes, metrics, checks and states of all
                                        cells, without the notebook's prose
  netscenario sweep FILE                run all points of its sweep, on all cores; print curves and checks
      --sweep N                         …of the N-th one, where it has several
      --out FILE                        keep the results: one line of JSON a point
      --from FILE                       take these results over, run what is missing (may be given several times)
      --jobs N                          on this many threads
      --list                            print the points only, as JSON, one a line
      --point LIST                      run these points only (3,7-9), print their results: one job of an array
  netscenario merge FILE…               join results of a sweep's points, whatever their order; name missing ones
      --out FILE                        write them there
      --missing                         print the numbers of missing points only, as --point takes them
  netscenario export FILE --zone NAME   print a zone, with all that was filled in, as a master file
      --torrent NAME                    …or the magnet link of a torrent
      --out FILE                        write the zone, or a .torrent file, there instead
      --seed N                          (run, diff, report) run with this seed instead of the scenario's
      --max-events N                    (run, diff, report, sweep) stop the run after this many events
      --max-memory MIB                  (run, diff, report, sweep) stop the run when it has recorded this many MiB
  netscenario --version | --help

FILE is a .netscenario file or a .netscenario.md notebook (all of its cells); A and B may be saved runs, too.
LIST names ingredients, with commas between: ${ALL_INGREDIENTS.slice(0, 6).join(', ')},
${ALL_INGREDIENTS.slice(6).join(', ')}; without one, all.
Exit code: 0 fine; 1 an error in a scenario, a check that failed or a run that did not end; 2 the command or a file cannot be
read; 3 a fault of netscenario itself. Of diff: 0 equal, 1 different, 2 trouble.
`;

const COMMANDS: readonly string[] = [...new Set([...USAGE.matchAll(/^ {2}netscenario ([a-z]+)/gm)].map(([, name]) => name!))];

/** Of the whole text, what concerns one command: its own lines, the options that it shares with others, and what the words mean. */
function helpOf(command: string): string {
  const [, commands = '', meanings = ''] = USAGE.split('\n\n');
  const lines: string[] = [];
  let own = false;
  for (const line of commands.split('\n')) {
    const shared = /^( +--\S+ \S+ +)\(([a-z, ]+)\) (.*)$/.exec(line);
    if (line.startsWith('  netscenario ')) own = line.startsWith(`  netscenario ${command} `);
    if (shared) {
      if (shared[2]!.split(', ').includes(command)) lines.push(`${shared[1]}${shared[3]}`);
    } else if (own) lines.push(line);
  }
  return `${lines.join('\n')}\n\n${meanings}`;
}

/** Options of every command that runs a scenario. */
const RUN_SETTINGS = { seed: { type: 'string' }, 'max-events': { type: 'string' }, 'max-memory': { type: 'string' } } as const;

/** Runs one command; the exit code. */
export async function commandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    if (error instanceof Complaint) {
      terminal.error(`netscenario: ${error.message}\n`);
      return 2;
    }
    const { stack } = error instanceof Error ? error : new Error(String(error));
    terminal.error(`fault in netscenario ${ENGINE_VERSION}: ${stack}\n`);
    return 3;
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = words;
  const asked = command === 'help' ? rest[0] : rest.some((word) => word === '--help' || word === '-h') ? command : undefined;
  if (asked !== undefined && COMMANDS.includes(asked)) {
    terminal.out(helpOf(asked));
    return 0;
  }
  switch (command) {
    case 'check': {
      const { values, files } = parse('check', rest, { json: { type: 'boolean' } });
      if (files.length === 0) throw new Complaint('check needs at least one file');
      return check(files, { json: values.json === true }, terminal);
    }
    case 'format': {
      const { values, files } = parse('format', rest, { check: { type: 'boolean' } });
      if (files.length === 0) throw new Complaint('format needs at least one file');
      return formatFiles(files, { check: values.check === true }, terminal);
    }
    case 'run': {
      const { values, files } = parse('run', withList('--fingerprint', rest), {
        json: { type: 'boolean' },
        pcap: { type: 'string' },
        host: { type: 'string' },
        link: { type: 'string' },
        'without-secrets': { type: 'boolean' },
        save: { type: 'string' },
        fingerprint: { type: 'string' },
        ...RUN_SETTINGS,
      });
      const options = {
        fingerprint: ingredients('fingerprint', values),
        json: values.json === true,
        pcap: text(values.pcap),
        ...capturePoint(values),
        withoutSecrets: withoutSecrets(values),
        save: text(values.save),
        ...runSettings(values),
      };
      return run(only(files, 'run'), options, terminal);
    }
    case 'diff': {
      const { values, files } = parse('diff', rest, {
        json: { type: 'boolean' },
        only: { type: 'string' },
        context: { type: 'string' },
        ...RUN_SETTINGS,
      });
      const [a, b, ...more] = files;
      if (a === undefined || b === undefined) throw new Complaint('diff needs two files: scenarios, notebooks or saved runs');
      if (more.length > 0) throw new Complaint(`diff takes two files; “${more[0]}” is one too many`);
      const options = {
        json: values.json === true,
        only: ingredients('only', values) ?? ALL_INGREDIENTS,
        context: whole('context', values, 0, 1000) ?? 3,
        ...runSettings(values),
      };
      return diff(a, b, options, terminal);
    }
    case 'report': {
      const { values, files } = parse('report', rest, { out: { type: 'string', short: 'o' }, ...RUN_SETTINGS });
      const out = text(values.out);
      if (!out) throw new Complaint('report needs --out FILE, where the page is to be written');
      return report(only(files, 'report'), { out, ...runSettings(values) }, terminal);
    }
    case 'sweep': {
      const { values, files } = parse('sweep', rest, {
        sweep: { type: 'string' },
        list: { type: 'boolean' },
        point: { type: 'string' },
        jobs: { type: 'string', short: 'j' },
        from: { type: 'string', multiple: true },
        out: { type: 'string', short: 'o' },
        'max-events': RUN_SETTINGS['max-events'],
        'max-memory': RUN_SETTINGS['max-memory'],
      });
      const options = {
        number: whole('sweep', values, 1, 1000),
        list: values.list === true,
        point: text(values.point),
        jobs: whole('jobs', values, 1, 256),
        from: (values.from ?? []) as unknown as string[],
        out: text(values.out),
        limits: runSettings(values).limits,
      };
      return sweep(only(files, 'sweep'), options, terminal);
    }
    case 'merge': {
      const { values, files } = parse('merge', rest, { out: { type: 'string', short: 'o' }, missing: { type: 'boolean' } });
      if (files.length === 0) throw new Complaint('merge needs at least one file of results');
      return mergeFiles(files, { out: text(values.out), missing: values.missing === true }, terminal);
    }
    case 'export': {
      const { values, files } = parse('export', rest, {
        zone: { type: 'string' },
        torrent: { type: 'string' },
        out: { type: 'string', short: 'o' },
      });
      const [zone, torrent, out] = [text(values.zone), text(values.torrent), text(values.out)];
      if (zone && torrent) throw new Complaint('export takes --zone or --torrent, not both');
      if (torrent) return exportTorrent(only(files, 'export'), { name: torrent, out }, terminal);
      if (!zone) throw new Complaint('export needs --zone NAME or --torrent NAME: what is to be written, such as example.org');
      return exportZone(only(files, 'export'), { name: zone, out }, terminal);
    }
    case '--version':
    case '-v':
      terminal.out(`${ENGINE_VERSION}\n`);
      return 0;
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      terminal.out(USAGE);
      return command === undefined ? 2 : 0;
    default:
      throw new Complaint(`there is no command “${command}”; ${guess(nearest(command, COMMANDS))}netscenario --help lists them`);
  }
}

type OptionTypes = Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }>;

function parse(
  command: string,
  words: readonly string[],
  options: OptionTypes,
): { values: Record<string, string | boolean | undefined>; files: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    return { values: values as Record<string, string | boolean | undefined>, files: positionals };
  } catch (error) {
    throw new Complaint(notUnderstood(command, error as NodeJS.ErrnoException, options));
  }
}

/** What Node's parser of options could not take, in a sentence of ours. */
function notUnderstood(command: string, { code, message }: NodeJS.ErrnoException, options: OptionTypes): string {
  const option = /'(?:-\w, )?(--?[^\s'=]*)/.exec(message)?.[1] ?? '';
  const name = option.replace(/^-+/, '');
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = nearest(name, Object.keys(options));
    return `${command} has no option “${option}”; ${guess(near && `--${near}`)}netscenario ${command} --help lists them`;
  }
  return options[name]?.type === 'boolean'
    ? `${option} takes no value`
    : `${option} needs a value: netscenario ${command} --help says which`;
}

const guess = (near: string | null): string => (near ? `did you mean ${near}? ` : '');

function only(files: readonly string[], command: string): string {
  const [file, second] = files;
  if (file === undefined) throw new Complaint(`${command} needs a file`);
  if (second !== undefined) throw new Complaint(`${command} takes one file; “${second}” is one too many`);
  return file;
}

/**
 * An option whose value may be absent, which means `all`: the word after it is its value when it looks like a list of ingredients
 * and not like a file.
 */
function withList(option: string, words: readonly string[]): string[] {
  const at = words.indexOf(option);
  if (at < 0) return [...words];
  const next = words[at + 1];
  const listed = next !== undefined && /^[a-z]+(,[a-z]*)*$/.test(next);
  return [...words.slice(0, at), `${option}=${listed ? next : 'all'}`, ...words.slice(at + (listed ? 2 : 1))];
}

function ingredients(option: string, values: Record<string, string | boolean | undefined>): readonly Ingredient[] | null {
  const list = text(values[option]);
  if (list === null) return null;
  const read = parseIngredients(list);
  if (typeof read === 'string') throw new Complaint(`--${option}: ${read}`);
  return read;
}

/** Where to capture. Without `--pcap`, to say where would be a slip. */
function capturePoint(values: Record<string, string | boolean | undefined>): { host: string | null; link: [string, string] | null } {
  const host = text(values.host);
  const link = text(values.link);
  if (host !== null && link !== null) throw new Complaint('a capture is of a host or of a link: give --host or --link, not both');
  const option = host !== null ? 'host' : 'link';
  if ((host !== null || link !== null) && text(values.pcap) === null)
    throw new Complaint(`--${option} says where to capture: it needs --pcap FILE`);
  if (link === null) return { host, link: null };
  const [a, b, ...more] = link.split(',').map((name) => name.trim());
  if (!a || !b || more.length > 0) throw new Complaint(`--link takes the two hosts that it joins, as in --link west,east, not “${link}”`);
  return { host, link: [a, b] };
}

function withoutSecrets(values: Record<string, string | boolean | undefined>): boolean {
  const given = values['without-secrets'] === true;
  if (given && text(values.pcap) === null) throw new Complaint('--without-secrets says what a capture leaves out: it needs --pcap FILE');
  return given;
}

const text = (value: string | boolean | undefined): string | null => (typeof value === 'string' ? value : null);

function runSettings(values: Record<string, string | boolean | undefined>): RunSettings {
  const maximumEvents = whole('max-events', values, 1, 1e12);
  const mebibytes = whole('max-memory', values, 1, 1e6);
  return {
    seed: whole('seed', values, 0, 0xffffffff),
    limits: {
      ...(maximumEvents === null ? {} : { maximumEvents }),
      ...(mebibytes === null ? {} : { maximumRecorded: mebibytes * 2 ** 20 }),
    },
  };
}

function whole(option: string, values: Record<string, string | boolean | undefined>, least: number, greatest: number): number | null {
  const value = values[option];
  if (typeof value !== 'string') return null;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > greatest) {
    throw new Complaint(`--${option} takes a whole number from ${least} to ${greatest}, not “${value}”`);
  }
  return number;
}
