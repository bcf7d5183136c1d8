"""SimPy on the workload of bench/kernel-events.ts: so many processes wait at any time, each for delays out of one table.

Takes SimPy 4 where it is installed, else Debian's SimPy 2.3. Prints its version and events a second, as JSON.
"""
import json
import sys
import time

WAITING, EVENTS, DELAYS = (int(word) for word in sys.argv[1:4])

state = 1
delays = []
for _ in range(DELAYS):
    state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
    delays.append(1 + state % 1000000)

happened = 0


def next_delay():
    global happened
    happened += 1
    return delays[happened % DELAYS]


def simpy4():
    import simpy

    env = simpy.Environment()

    def clock(first):
        yield env.timeout(first)
        while True:
            yield env.timeout(next_delay())

    for i in range(WAITING):
        env.process(clock(delays[i % DELAYS]))
    return f"SimPy {simpy.__version__}", lambda until: env.run(until=until)


def simpy2():
    import SimPy
    from SimPy.Simulation import Process, Simulation, hold

    simulation = Simulation()

    class Clock(Process):
        def run(self, first):
            yield hold, self, first
            while True:
                yield hold, self, next_delay()

    for i in range(WAITING):
        clock = Clock(sim=simulation)
        simulation.activate(clock, clock.run(delays[i % DELAYS]))
    return f"SimPy {SimPy.__version__}", lambda until: simulation.simulate(until=until)


try:
    version, run = simpy4()
except ImportError:
    version, run = simpy2()
# As long as so many events take at the table's mean delay.
mean = sum(delays) / DELAYS
begun = time.perf_counter()
run(EVENTS / WAITING * mean)
wall = time.perf_counter() - begun
print(json.dumps({"version": version, "eventsPerSecond": happened / wall}))
