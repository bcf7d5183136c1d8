/**
 * The command line: what words it takes, what it prints, how it exits.
 *
 * Exit codes: 0 all is well; 1 the scenario has errors, or a check or step of the run failed; 2 the command was not understood
 * or a file could not be read or written. Results go to standard output, complaints to standard error.
 */
import { parseArgs } from 'node:util';
import { ENGINE_VERSION } from '../engines/version.ts';
import { check } from './commands/check.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { Complaint } from './complaint.ts';

export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Colour is for people on a terminal; a pipe gets clean text. */
  readonly color: boolean;
  /** Characters a line. */
  readonly width: number;
}

const USAGE = `netscenario: run application-layer protocols from a scenario's text

  netscenario check FILE…               say what is wrong in scenarios and notebooks
  netscenario run FILE                  run it; print its messages, metrics and checks
      --json                            the same as JSON
      --pcap FILE                       write a capture (pcapng) for Wireshark
      --host NAME                       …of what this host sends and receives only
      --seed N                          run with this seed instead of the scenario's
      --save FILE                       keep the run, for later viewing
  netscenario report FILE --out FILE    write the run as one HTML page
  netscenario --version | --help

FILE is a .netscenario file or a .netscenario.md notebook (all of its cells).
Exit code: 0 fine, 1 an error in a scenario or a check that failed, 2 the command itself.
`;

/** Runs one command; the exit code. */
export async function commandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    terminal.error(`netscenario: ${error.message}\n`);
    return 2;
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = words;
  switch (command) {
    case 'check': {
      const { values, files } = parse(rest, { json: { type: 'boolean' } });
      if (files.length === 0) throw new Complaint('check needs at least one file');
      return check(files, { json: values.json === true }, terminal);
    }
    case 'run': {
      const { values, files } = parse(rest, {
        json: { type: 'boolean' },
        pcap: { type: 'string' },
        host: { type: 'string' },
        seed: { type: 'string' },
        save: { type: 'string' },
      });
      const options = {
        json: values.json === true,
        pcap: text(values.pcap),
        host: text(values.host),
        seed: seed(values.seed),
        save: text(values.save),
      };
      return run(only(files, 'run'), options, terminal);
    }
    case 'report': {
      const { values, files } = parse(rest, { out: { type: 'string', short: 'o' }, seed: { type: 'string' } });
      const out = text(values.out);
      if (!out) throw new Complaint('report needs --out FILE, where the page is to be written');
      return report(only(files, 'report'), { out, seed: seed(values.seed) }, terminal);
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
      throw new Complaint(`there is no command “${command}”; netscenario --help lists them`);
  }
}

type OptionTypes = Record<string, { type: 'string' | 'boolean'; short?: string }>;

function parse(words: readonly string[], options: OptionTypes): { values: Record<string, string | boolean | undefined>; files: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    return { values: values as Record<string, string | boolean | undefined>, files: positionals };
  } catch (error) {
    throw new Complaint((error as Error).message);
  }
}

function only(files: readonly string[], command: string): string {
  const [file, second] = files;
  if (file === undefined) throw new Complaint(`${command} needs a file`);
  if (second !== undefined) throw new Complaint(`${command} takes one file; “${second}” is one too many`);
  return file;
}

const text = (value: string | boolean | undefined): string | null => (typeof value === 'string' ? value : null);

function seed(value: string | boolean | undefined): number | null {
  if (typeof value !== 'string') return null;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 0xffffffff) throw new Complaint(`--seed takes a whole number from 0 to 4294967295, not “${value}”`);
  return number;
}
