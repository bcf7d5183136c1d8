/** The tables of docs/dash.md, made of those that players run on. */
import { formatDuration } from '../format.ts';
import { code, markdownTable } from '../reference-page.ts';
import { ALGORITHM_NAMES, ALGORITHMS } from './abr/algorithms.ts';
import { MANIFEST_LIMITS } from './mpd/read.ts';
import { XML_LIMITS } from './mpd/xml.ts';
import { SERVER_RULES } from './servers.ts';

const algorithms = (): string =>
  markdownTable(
    ['word', 'chooses', 'parameters', 'takes', 'source'],
    ALGORITHM_NAMES.map((name) => {
      const { doc, parameters, takes, source } = ALGORITHMS[name];
      return [code(name), doc, parameters, takes.length === 0 ? 'nothing' : takes.map(code).join(', '), source];
    }),
  );

const limits = (): string =>
  markdownTable(
    ['of a manifest', 'at most'],
    [
      ['characters', `${XML_LIMITS.characters / 2 ** 20} Mi`],
      ['levels of elements', String(XML_LIMITS.depth)],
      ['elements', String(XML_LIMITS.elements)],
      ['attributes of an element', String(XML_LIMITS.attributes)],
      ['periods', String(MANIFEST_LIMITS.periods)],
      ['representations', String(MANIFEST_LIMITS.representations)],
      ['segments in all', String(MANIFEST_LIMITS.segments)],
      ['alternatives of a base', String(MANIFEST_LIMITS.bases)],
    ],
  );

const servers = (): string =>
  markdownTable(
    ['rule', 'value'],
    [
      ['a server that fails is set aside for', formatDuration(SERVER_RULES.setAside)],
      ['a server is congested when a segment was given up, or took longer than', `${SERVER_RULES.tooLong} × its duration`],
      ['another server is tried if nothing is known of it, or it was faster by', `${SERVER_RULES.faster} ×`],
      ['what is known of a server counts for', formatDuration(SERVER_RULES.remembered)],
      ['between two changes because of congestion', formatDuration(SERVER_RULES.betweenSwitches)],
    ],
  );

/** By the names of their places on the page. */
export const dashTables = (): Readonly<Record<string, string>> => ({ algorithms: algorithms(), limits: limits(), servers: servers() });
