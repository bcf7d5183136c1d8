import { expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { MILLISECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { failed } from '../host.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';
import { SimulatedNetwork } from '../simulated-network.ts';

const info = { protocol: 'test', kind: 'data', label: 'x' };
test('smoke', () => {
  const kernel = new Kernel(1);
  const recorder = new Recorder([]);
  const network = new SimulatedNetwork(kernel, scenarioForTests({ a: {}, b: {} }), recorder);
  const log: string[] = [];
  network.boot('b', 'server', function* (host) {
    const listener = yield* host.listen(80);
    if (failed(listener)) throw new Error();
    for (;;) {
      const c = yield* listener.accept();
      if (!c) return;
      let n = 0;
      for (;;) {
        const content = yield* c.read();
        if (!content) break;
        n += content.length;
      }
      log.push(`server got ${n} at ${host.now() / MILLISECOND}`);
      yield* c.write(new Uint8Array(10), info);
      c.close();
    }
  });
  network.boot('a', 'client', function* (host) {
    const c = yield* host.connect({ address: '10.0.0.2', port: 80 });
    if (failed(c)) throw new Error(c.failure);
    log.push(`connected ${host.now() / MILLISECOND}`);
    yield* c.write({ seed: 5, offset: 0, length: 100_000 }, info);
    c.close();
    for (;;) {
      const content = yield* c.read();
      if (!content) break;
      log.push(`client got ${content.length} at ${host.now() / MILLISECOND}`);
    }
  });
  while (kernel.run(1000));
  const t = recorder.tables();
  console.log(log, kernel.events, kernel.now / 1e6);
  for (let i = 0; i < t.packets.rows; i++)
    console.log(
      (t.packets.sentAt[i]! / 1e6).toFixed(3),
      (t.packets.receivedAt[i]! / 1e6).toFixed(3),
      t.packets.fromServer[i],
      t.packets.flags[i],
      t.packets.sequence[i],
      t.packets.acknowledgment[i],
      t.packets.window[i],
      t.packets.length[i],
      t.packets.retransmission[i],
    );
  console.log(t.connections, t.strings, t.messages.receivedAt);
  expect(log.length).toBe(3);
});
