/**
 * What the declarations of a program came to, to be taken up again after an edit that changes none of them.
 *
 * Theory of operation: once all is declared, building goes on: steps refer to hosts and bring servers with them, hosts get
 * addresses, zones get records. All that changes entries of tables, adds to the ends of lists and sets, or changes one of the few
 * fields that are noted here. So the program can be taken back to what was declared, at the cost of a look at each host, and built on
 * from there with the steps as they are by now. An edit that moves declarations moves the ranges that were made for them (`Site`).
 */
import type { FileContent, FileTable } from './compilation.ts';
import type { Declarations } from './declarations.ts';
import type { Parameter, Program, ProgramHost, ProgramZone } from './program.ts';
import type { Site } from './site.ts';
import { isSameVariant, type Variant } from './variant.ts';

interface HostState extends Pick<ProgramHost, 'used' | 'address' | 'addressAt' | 'behind' | 'access' | 'tcp'> {
  readonly host: ProgramHost;
}

export class DeclaredState {
  readonly program: Program;
  readonly declarations: Declarations;
  /** The same of the other alternatives, by their names. */
  alternatives: ReadonlyMap<string, DeclaredState> = new Map();
  /** Of the statements that declare and set. */
  readonly #sites: readonly Site[];
  /** Nothing was found wrong with them, so that they need not be built again: what is wrong is said anew each time. */
  readonly holds: boolean;
  readonly #lookups: readonly (readonly [uri: string, FileContent | undefined])[];
  readonly #maps: readonly { readonly map: Map<string, unknown>; readonly keys: readonly string[]; readonly values: readonly unknown[] }[];
  /** How long they were. */
  readonly #lists: readonly (readonly [Set<unknown> | unknown[], number])[];
  /** What is no table. */
  readonly #fields: Partial<Program> = {};
  readonly #hosts: ReadonlyMap<string, HostState>;
  readonly #zones: readonly (readonly [ProgramZone, ProgramZone['records']])[] = [];
  readonly #parameters: readonly (readonly [Parameter, Pick<Parameter, 'used' | 'swept'>])[] = [];

  /** Of a program whose declarations are built, and nothing else; `holds`: without anything to report. */
  constructor(program: Program, sites: readonly Site[], holds: boolean) {
    this.program = program;
    this.declarations = program.declarations;
    this.#sites = sites;
    this.holds = holds;
    this.#lookups = [...program.lookups];
    const { sources, diagnostics, alternatives } = program;
    const all = Object.entries(program).filter(([, value]) => value !== sources && value !== diagnostics && value !== alternatives);
    this.#maps = all.flatMap(([, map]) => (map instanceof Map ? [{ map, keys: [...map.keys()], values: [...map.values()] }] : []));
    const lists: [Set<unknown> | unknown[], number][] = [];
    for (const [, list] of all) {
      if (Array.isArray(list)) lists.push([list, list.length]);
      else if (list instanceof Set) lists.push([list, list.size]);
    }
    this.#lists = lists;
    this.#fields = Object.fromEntries(all.filter(([, value]) => !(value instanceof Map || value instanceof Set || Array.isArray(value))));
    const hosts = new Map<string, HostState>();
    for (const [key, host] of program.hosts) {
      const { used, address, addressAt, behind, access, tcp } = host;
      hosts.set(key, { host, used, address, addressAt, behind, access, tcp });
    }
    this.#hosts = hosts;
    this.#zones = Array.from(program.zones.values(), (zone) => [zone, [...zone.records]]);
    this.#parameters = Array.from(program.parameters.values(), (parameter) => {
      const { used, swept } = parameter;
      return [parameter, { used, swept }];
    });
  }

  /**
   * Takes the program back to what was declared, without the documents: who builds on hands them in anew, and then calls `move`. False
   * where that cannot be, or a file that was looked up is not what it was.
   */
  takeBack(files: FileTable, variant: Variant): boolean {
    const { program } = this;
    if (!isSameVariant(program.variant, variant) || this.#lookups.some(([uri, content]) => files.get(uri) !== content)) return false;
    for (const { map, keys, values } of this.#maps) restore(map, keys, values);
    for (const [list, length] of this.#lists) shorten(list, length);
    Object.assign(program, this.#fields);
    for (const { host, used, address, addressAt } of this.#hosts.values()) {
      host.used = used;
      host.address = address;
      host.addressAt = addressAt;
    }
    for (const [{ records }, then] of this.#zones) records.splice(0, records.length, ...then);
    for (const [parameter, then] of this.#parameters) Object.assign(parameter, then);
    program.beginAnew(files);
    return true;
  }

  /** The very same host was declared, and nothing that a step asks of it has changed by what other declarations say. */
  isSameHost(key: string, host: ProgramHost): boolean {
    const then = this.#hosts.get(key);
    return (
      then?.host === host &&
      then.behind === host.behind &&
      then.address === host.address &&
      then.access === host.access &&
      then.tcp === host.tcp
    );
  }

  /** What stands in the declarations stands where they do by now. */
  move(): void {
    for (const site of this.#sites) site.settle();
  }
}

/** Entries may have been added, put in the place of others, or taken out. */
function restore(map: Map<string, unknown>, keys: readonly string[], values: readonly unknown[]): void {
  let i = 0;
  let same = map.size >= keys.length;
  for (const [key, value] of map) {
    if (!same) break;
    if (i >= keys.length) map.delete(key);
    else if (key !== keys[i]) same = false;
    else if (value !== values[i]) map.set(key, values[i]);
    i++;
  }
  if (same) return;
  map.clear();
  for (const [at, key] of keys.entries()) map.set(key, values[at]);
}

/** Takes out what was added last. */
function shorten(list: Set<unknown> | unknown[], length: number): void {
  if (Array.isArray(list)) {
    list.length = length;
    return;
  }
  if (list.size === length) return;
  let i = 0;
  for (const item of list) if (i++ >= length) list.delete(item);
}
