/** Attacks on mail as steps. */
import type { Process } from '../../kernel/process.ts';
import { seenAddresses } from '../../network/middleboxes/seen-address.ts';
import { onHost } from '../../on-host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import type { Action } from '../../scenario.ts';
import { SMTP_PORT } from '../smtp/server.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import { floodWithConnections, floodWithMessages } from './flood.ts';
import { intercept } from './interceptor.ts';
import { Overhearing } from './overhearing.ts';

/** Runs a step of this kind; undefined for others. One memory of what was overheard a host. */
export function attacks(world: World, tracker: DeliveryTracker): (action: Action) => Process<StepOutcome> | undefined {
  const ears = new Map<string, Overhearing>();
  const seen = seenAddresses(world.scenario);
  const earOf = (name: string): Overhearing => {
    const ear = ears.get(name) ?? new Overhearing(world.host(name));
    ears.set(name, ear);
    return ear;
  };
  const addressOf = ({ server, host }: { readonly server: string; readonly host: string }) =>
    seen(server, host) ?? world.host(server).address;
  return (action) => {
    switch (action.kind) {
      case 'mail.eavesdrop': {
        const ear = earOf(action.host);
        world.tap(action.victim, ear.listener);
        return atOnce(`listens on the line of ${action.victim}`);
      }
      case 'mail.intercept': {
        const ear = earOf(action.host);
        const address = world.host(action.server).address;
        world.divert(action.server, SMTP_PORT, action.host);
        world.boot(action.host, 'interceptor', function* (host): Process {
          const problem = yield* intercept(host, address, ear, tracker);
          host.narrator.note(`cannot intercept: ${problem}`);
        });
        return atOnce(`stands in front of ${action.server}`);
      }
      case 'mail.connection-flood':
        return onHost(world.host(action.host), (host) => floodWithConnections(host, addressOf(action), action));
      case 'mail.message-flood':
        return onHost(world.host(action.host), (host) => floodWithMessages(host, addressOf(action), action));
      default:
        return undefined;
    }
  };
}

// biome-ignore lint/correctness/useYield: done at once.
function* atOnce(outcome: string): Process<StepOutcome> {
  return { outcome, succeeded: true };
}
