/**
 * One case of the comparison of transfers, in ns-3: senders, each behind an access link of its own, one router, one
 * bottleneck, one receiver. Prints when the receiver had each flow's last byte, as JSON.
 *
 * What is set differently from ns-3's defaults, so that both sides simulate the same thing:
 * - A frame takes 14 bytes beside the IP packet, as Ethernet's header does; PointToPointNetDevice's PPP takes 2. The subclass
 *   below pads each frame by the other 12, which the IP layer at the far end takes off again (Ipv4L3Protocol::Receive).
 * - No traffic control: the device's drop-tail queue, in bytes, is the only one.
 * - TCP: segments of 1,460 bytes, no timestamps, an initial retransmission time-out of 1 s, acknowledgments delayed by up to
 *   40 ms, buffers that never bind, and as many retries as it takes.
 *
 * A sender does not close: ns-3 gives up a connection in FIN-WAIT-1 in ways of its own, and the last byte is all that counts.
 */
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

#include <chrono>
#include <cstdio>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;

/** A point-to-point device whose frames are as long as Ethernet's without preamble and check sequence. */
class EthernetSizedDevice : public PointToPointNetDevice
{
  public:
    bool Send(Ptr<Packet> packet, const Address& destination, uint16_t protocol) override
    {
        packet->AddPaddingAtEnd(12);
        return PointToPointNetDevice::Send(packet, destination, protocol);
    }
};

/**
 * TcpLinuxReno without what ns-3 adds to the window when a recovery ends: TcpSocketBase::ProcessAck then hands IncreaseWindow
 * all segments that the last ACK covers, a window's worth, and the window grows by a segment beyond ssthresh at once. RFC 6582
 * §3.2 has none of it. No case is compared with it: it shows how much of a difference is due to that.
 */
class LinuxRenoWithoutBonus : public TcpLinuxReno
{
  public:
    static TypeId GetTypeId()
    {
        static TypeId id =
            TypeId("ns3::LinuxRenoWithoutBonus").SetParent<TcpLinuxReno>().AddConstructor<LinuxRenoWithoutBonus>();
        return id;
    }

    void CwndEvent(Ptr<TcpSocketState> tcb, const TcpSocketState::TcpCAEvent_t event) override
    {
        m_recovered = event == TcpSocketState::CA_EVENT_COMPLETE_CWR;
        TcpLinuxReno::CwndEvent(tcb, event);
    }

    void IncreaseWindow(Ptr<TcpSocketState> tcb, uint32_t segmentsAcked) override
    {
        if (!m_recovered)
        {
            TcpLinuxReno::IncreaseWindow(tcb, segmentsAcked);
        }
        m_recovered = false;
    }

    Ptr<TcpCongestionOps> Fork() override
    {
        return CopyObject<LinuxRenoWithoutBonus>(this);
    }

  private:
    bool m_recovered = false;
};

NS_OBJECT_ENSURE_REGISTERED(LinuxRenoWithoutBonus);

/** One end of a link. Loss is drawn for each packet that arrives here. */
static Ptr<PointToPointNetDevice>
AddDevice(Ptr<Node> node, Ptr<PointToPointChannel> channel, double rate, uint64_t queue, double loss)
{
    auto device = CreateObject<EthernetSizedDevice>();
    device->SetAddress(Mac48Address::Allocate());
    device->SetDataRate(DataRate(static_cast<uint64_t>(rate)));
    device->SetMtu(1500);
    auto waiting = CreateObject<DropTailQueue<Packet>>();
    waiting->SetMaxSize(QueueSize(QueueSizeUnit::BYTES, queue));
    device->SetQueue(waiting);
    if (loss > 0)
    {
        auto errors = CreateObject<RateErrorModel>();
        errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        errors->SetRate(loss);
        device->SetReceiveErrorModel(errors);
    }
    node->AddDevice(device);
    device->Attach(channel);
    return device;
}

static Ipv4InterfaceContainer
AddLink(Ptr<Node> a,
        Ptr<Node> b,
        Time latency,
        double rateOfA,
        double rateOfB,
        uint64_t queueOfA,
        uint64_t queueOfB,
        double loss,
        Ipv4AddressHelper& addresses,
        NetDeviceContainer& all)
{
    auto channel = CreateObject<PointToPointChannel>();
    channel->SetAttribute("Delay", TimeValue(latency));
    NetDeviceContainer ends;
    ends.Add(AddDevice(a, channel, rateOfA, queueOfA, loss));
    ends.Add(AddDevice(b, channel, rateOfB, queueOfB, loss));
    all.Add(ends);
    auto interfaces = addresses.Assign(ends);
    addresses.NewNetwork();
    return interfaces;
}

class Sender
{
  public:
    Sender(Ptr<Node> node, InetSocketAddress peer, uint64_t size)
        : m_node(node),
          m_peer(peer),
          m_left(size)
    {
    }

    void Start()
    {
        m_socket = Socket::CreateSocket(m_node, TcpSocketFactory::GetTypeId());
        m_socket->Bind();
        m_socket->SetConnectCallback(MakeCallback(&Sender::Connected, this), MakeNullCallback<void, Ptr<Socket>>());
        m_socket->SetSendCallback(MakeCallback(&Sender::Room, this));
        m_socket->Connect(m_peer);
    }

  private:
    void Connected(Ptr<Socket>)
    {
        m_connected = true;
        Room(m_socket, m_socket->GetTxAvailable());
    }

    void Room(Ptr<Socket>, uint32_t room)
    {
        while (m_connected && m_left > 0 && m_socket->GetTxAvailable() > 0)
        {
            auto take = std::min<uint64_t>({m_left, m_socket->GetTxAvailable(), 1460 * 64});
            int taken = m_socket->Send(Create<Packet>(static_cast<uint32_t>(take)));
            if (taken <= 0)
            {
                return;
            }
            m_left -= taken;
        }
    }

    Ptr<Node> m_node;
    InetSocketAddress m_peer;
    uint64_t m_left;
    Ptr<Socket> m_socket;
    bool m_connected = false;
};

struct Flow
{
    double start;
    uint64_t received = 0;
    double completed = std::numeric_limits<double>::quiet_NaN();
};

static std::vector<Flow> g_flows;
static std::size_t g_left;
static uint64_t g_size;

static void
Receive(std::size_t flow, Ptr<Socket> socket)
{
    while (auto packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
        g_flows[flow].received += packet->GetSize();
    }
    if (g_flows[flow].received >= g_size && std::isnan(g_flows[flow].completed))
    {
        g_flows[flow].completed = Simulator::Now().GetSeconds();
        if (--g_left == 0)
        {
            Simulator::Stop();
        }
    }
}

static void
Accept(std::size_t flow, Ptr<Socket> socket, const Address&)
{
    socket->SetRecvCallback([flow](Ptr<Socket> s) { Receive(flow, s); });
}

int
main(int argc, char* argv[])
{
    double rate = 10e6;
    double accessRate = 1e9;
    double latency = 0.01;
    double accessLatency = 0.001;
    uint64_t queue = 100000;
    double loss = 0;
    std::string starts = "0";
    std::string congestion = "TcpLinuxReno";
    std::string recovery = "TcpPrrRecovery";
    bool sack = true;
    bool hyStart = false;
    uint64_t run = 1;
    std::string pcap;
    double limit = 100000;

    CommandLine command;
    command.AddValue("size", "bytes of each flow", g_size);
    command.AddValue("rate", "of the bottleneck, bit/s", rate);
    command.AddValue("accessRate", "of the senders' links and of the way back, bit/s", accessRate);
    command.AddValue("latency", "of the bottleneck, one way, seconds", latency);
    command.AddValue("accessLatency", "of the senders' links, one way, seconds", accessLatency);
    command.AddValue("queue", "room before the bottleneck, bytes, the frame on the line not counted", queue);
    command.AddValue("loss", "share of frames lost on the bottleneck, each way", loss);
    command.AddValue("starts", "when each flow starts, seconds, separated by commas", starts);
    command.AddValue("congestion", "TypeId of the congestion control", congestion);
    command.AddValue("recovery", "TypeId of the recovery", recovery);
    command.AddValue("sack", "offer selective acknowledgments", sack);
    command.AddValue("hyStart", "of CUBIC", hyStart);
    command.AddValue("run", "RngRun", run);
    command.AddValue("pcap", "prefix of the name of a capture file at the receiver", pcap);
    command.AddValue("limit", "virtual seconds after which the run is given up", limit);
    command.Parse(argc, argv);

    std::istringstream list(starts);
    for (std::string start; std::getline(list, start, ',');)
    {
        g_flows.push_back({std::stod(start)});
    }
    g_left = g_flows.size();
    RngSeedManager::SetRun(run);

    const uint32_t buffer = 64 << 20;
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", TypeIdValue(TypeId::LookupByName("ns3::" + congestion)));
    Config::SetDefault("ns3::TcpL4Protocol::RecoveryType", TypeIdValue(TypeId::LookupByName("ns3::" + recovery)));
    Config::SetDefault("ns3::TcpCubic::HyStart", BooleanValue(hyStart));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1460));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(buffer));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(buffer));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
    Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(Seconds(1)));
    Config::SetDefault("ns3::TcpSocket::ConnCount", UintegerValue(100));
    Config::SetDefault("ns3::TcpSocket::DataRetries", UintegerValue(1000));
    Config::SetDefault("ns3::TcpSocket::DelAckTimeout", TimeValue(MilliSeconds(40)));
    Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(2));
    Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(sack));
    Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(false));
    Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(Seconds(1)));
    // RFC 6298's G: ours is as coarse, so that a path of constant delay does not time out on a delayed acknowledgment.
    Config::SetDefault("ns3::TcpSocketBase::ClockGranularity", TimeValue(MilliSeconds(100)));

    auto router = CreateObject<Node>();
    auto receiver = CreateObject<Node>();
    NodeContainer senders;
    senders.Create(g_flows.size());
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(router);
    stack.Install(receiver);
    stack.Install(senders);

    const uint64_t wide = 1ull << 31;
    NetDeviceContainer devices;
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    auto bottleneck =
        AddLink(router, receiver, Seconds(latency), rate, accessRate, queue, wide, loss, addresses, devices);
    for (std::size_t i = 0; i < g_flows.size(); i++)
    {
        AddLink(senders.Get(i), router, Seconds(accessLatency), accessRate, accessRate, wide, wide, 0, addresses, devices);
    }
    // The address helper gives a queueing discipline only to devices that offer an interface for it; these do not.
    for (uint32_t i = 0; i < devices.GetN(); i++)
    {
        auto control = devices.Get(i)->GetNode()->GetObject<TrafficControlLayer>();
        NS_ABORT_MSG_IF(control->GetRootQueueDiscOnDevice(devices.Get(i)), "a second queue before a device");
    }
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();

    std::vector<Ptr<Socket>> listeners;
    std::vector<Sender> flows;
    flows.reserve(g_flows.size());
    for (std::size_t i = 0; i < g_flows.size(); i++)
    {
        const uint16_t port = 5000 + i;
        auto listener = Socket::CreateSocket(receiver, TcpSocketFactory::GetTypeId());
        listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
        listener->Listen();
        listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    [i](Ptr<Socket> s, const Address& from) { Accept(i, s, from); });
        listeners.push_back(listener);
        flows.emplace_back(senders.Get(i), InetSocketAddress(bottleneck.GetAddress(1), port), g_size);
        Simulator::ScheduleWithContext(senders.Get(i)->GetId(), Seconds(g_flows[i].start), [&flows, i]() { flows[i].Start(); });
    }
    if (!pcap.empty())
    {
        PointToPointHelper().EnablePcap(pcap, receiver->GetId(), 1);
    }

    Simulator::Stop(Seconds(limit));
    const auto begun = std::chrono::steady_clock::now();
    Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;

    std::printf("{\"completions\":[");
    for (std::size_t i = 0; i < g_flows.size(); i++)
    {
        const double taken = g_flows[i].completed - g_flows[i].start;
        if (std::isnan(taken))
        {
            std::printf("%snull", i ? "," : "");
        }
        else
        {
            std::printf("%s%.9f", i ? "," : "", taken);
        }
    }
    std::printf("],\"wall\":%.6f,\"events\":%llu}\n", wall.count(), static_cast<unsigned long long>(Simulator::GetEventCount()));
    Simulator::Destroy();
    return 0;
}
