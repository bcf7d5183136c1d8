/** The steps of attacks, each as the process that performs it. */
import type { Process } from '../../kernel/process.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import type { Action } from '../../scenario.ts';
import type { ServerSettings } from '../server/name-server.ts';
import { flood } from './flood.ts';
import { poison } from './poisoning.ts';

/** Undefined for steps that are no attacks. `servers`: the name servers by host, whose logs their operators can read. */
export function attackStep(world: World, servers: ReadonlyMap<string, ServerSettings>, action: Action): Process<StepOutcome> | undefined {
  switch (action.kind) {
    case 'dns.poison':
      return poison(world, servers, action);
    case 'dns.flood':
      return flood(world, action);
    default:
      return undefined;
  }
}
