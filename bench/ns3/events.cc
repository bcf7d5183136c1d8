/**
 * ns-3's event schedulers on the workload of bench/kernel-events.ts: so many events wait at any time, and each that
 * happens schedules the next one after a delay out of one table. Prints events a second by scheduler, as JSON.
 */
#include "ns3/core-module.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace ns3;

static std::vector<int64_t> g_delays;
static uint64_t g_happened;
static uint64_t g_last;

static void
Happen()
{
    if (++g_happened == g_last)
    {
        Simulator::Stop();
    }
    Simulator::Schedule(NanoSeconds(g_delays[g_happened % g_delays.size()]), &Happen);
}

static double
EventsPerSecond(const std::string& scheduler, uint32_t waiting, uint64_t events)
{
    ObjectFactory factory;
    factory.SetTypeId("ns3::" + scheduler);
    Simulator::SetScheduler(factory);
    g_happened = 0;
    g_last = events;
    for (uint32_t i = 0; i < waiting; i++)
    {
        Simulator::Schedule(NanoSeconds(g_delays[i % g_delays.size()]), &Happen);
    }
    const auto begun = std::chrono::steady_clock::now();
    Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
    Simulator::Destroy();
    return events / wall.count();
}

int
main(int argc, char* argv[])
{
    uint32_t waiting = 1000;
    uint64_t events = 2000000;
    uint32_t delays = 4096;
    CommandLine command;
    command.AddValue("waiting", "events that wait at any time", waiting);
    command.AddValue("events", "how many happen", events);
    command.AddValue("delays", "length of the table of delays", delays);
    command.Parse(argc, argv);

    uint32_t state = 1;
    for (uint32_t i = 0; i < delays; i++)
    {
        state = state * 1664525u + 1013904223u;
        g_delays.push_back(1 + state % 1000000);
    }
    std::printf("{");
    const char* before = "";
    for (const std::string scheduler : {"MapScheduler", "HeapScheduler", "CalendarScheduler", "PriorityQueueScheduler"})
    {
        EventsPerSecond(scheduler, waiting, events / 10);
        std::printf("%s\"%s\":%.0f", before, scheduler.c_str(), EventsPerSecond(scheduler, waiting, events));
        before = ",";
    }
    std::printf("}\n");
    return 0;
}
