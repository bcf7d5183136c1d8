/** What DNS servers can do and grant, and what is to be guessed of a resolver: properties that declarations share. */
import type { QuerySettings, ServerLimits } from '../../../engines/dns/scenario.ts';
import { count, type GivenBlock, number, property, wordChoice } from '../entry.ts';

/** Waiting room of a server with a capacity. */
const backlogDefault = 500;

export const limitProperties = {
  capacity: property(
    'capacity N per s',
    { N: number({ minimum: 0.001, maximum: 1e9 }) },
    {
      doc: 'Queries that it can answer in a second, one after the other. What finds the waiting room full is dropped.',
      default: 'any number',
      example: 'capacity 2000 per s',
    },
  ),
  backlog: property(
    'backlog N',
    { N: count({ maximum: 1e6 }) },
    {
      doc: 'Queries that may wait for their turn at a server with a capacity.',
      default: String(backlogDefault),
      example: 'backlog 100',
    },
  ),
  limit: property(
    'limit N queries per s',
    { N: number({ minimum: 1, maximum: 1e9 }) },
    {
      doc: 'Queries a second that it takes from one client address; what is beyond is dropped. A second’s worth may come at once.',
      default: 'any number',
      example: 'limit 20 queries per s',
    },
  ),
};

/** What a block says of limits; undefined for nothing. */
export function limitsOf(block: GivenBlock<typeof limitProperties>): ServerLimits | undefined {
  if (!block.capacity && !block.limit) return undefined;
  return { capacity: block.capacity?.N ?? null, backlog: block.backlog?.N ?? backlogDefault, perClient: block.limit?.N ?? null };
}

/** All that there are. */
const queriesDefault: QuerySettings = { ids: 65_536, order: 'random', ports: 16_384 };

export const queryProperties = {
  ids: property(
    'query-ids N',
    { N: count({ minimum: 1, maximum: queriesDefault.ids }) },
    {
      doc: 'How many IDs its queries draw from: the fewer there are, the easier a reply is forged.',
      default: `${queriesDefault.ids}, all there are`,
      standard: 'RFC 5452 §9.2',
      example: 'query-ids 256',
    },
  ),
  idOrder: property(
    'id-order ORDER',
    { ORDER: wordChoice('random', 'sequential') },
    {
      doc: 'Whether each query’s ID is drawn at random, or is the one before it plus one, as in servers of old.',
      default: queriesDefault.order,
      standard: 'RFC 5452 §9.2',
      example: 'id-order sequential',
    },
  ),
  ports: property(
    'source-ports N',
    { N: count({ minimum: 1, maximum: queriesDefault.ports }) },
    {
      doc: 'From how many UDP ports its queries leave; 1 is a fixed port.',
      default: `${queriesDefault.ports}, all ephemeral ports`,
      standard: 'RFC 5452 §9.2',
      example: 'source-ports 1',
    },
  ),
  tcpAfter: property(
    'tcp-after N mismatches',
    { N: count({ minimum: 1, maximum: 1e6 }) },
    {
      doc: 'After so many replies that did not match it, a query is asked again over TCP.',
      default: 'never',
      standard: 'RFC 5452 §9.3',
      example: 'tcp-after 10 mismatches',
    },
  ),
};

/** What a block says of queries; undefined for nothing. */
export function queriesOf(block: GivenBlock<typeof queryProperties>): QuerySettings | undefined {
  if (!block.ids && !block.idOrder && !block.ports && !block.tcpAfter) return undefined;
  return {
    ids: block.ids?.N ?? queriesDefault.ids,
    order: block.idOrder?.ORDER ?? queriesDefault.order,
    ports: block.ports?.N ?? queriesDefault.ports,
    ...(block.tcpAfter ? { tcpAfter: block.tcpAfter.N } : {}),
  };
}
