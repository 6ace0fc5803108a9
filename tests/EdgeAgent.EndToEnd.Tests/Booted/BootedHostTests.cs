using System.Globalization;
using EdgeAgent.Testing;

namespace EdgeAgent.EndToEnd.Tests.Booted;

/// <summary>
/// The agent's package on a machine that boots a real systemd: the whole life of an installation, in its order. On Debian 11, 12 and 13,
/// unless <c>EDGEAGENT_BOOT_RELEASES</c> names others, separated by commas.
/// </summary>
public sealed class BootedHostTests(AgentPackage package) : IClassFixture<AgentPackage>
{
    private const string Configuration = $$"""{"controlPlane":"https://{{BootedNetwork.Friend}}:7443","tokenFile":"/etc/edgeagent/token"}""";

    public static TheoryData<string> Releases => [.. (Environment.GetEnvironmentVariable("EDGEAGENT_BOOT_RELEASES") ?? "bullseye,bookworm,trixie").Split(',')];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Installs_enforces_survives_and_leaves(string release)
    {
        using var network = new BootedNetwork();
        using var host = new BootedHost(release);
        host.Write("/etc/network/interfaces", $"auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet static\n  address {BootedNetwork.Host}/24\n");
        network.Plug();
        host.Boot(network.Inside, release);
        host.WaitUntilRunning();
        await network.StartControlPlaneAsync();

        Installing_cuts_nothing(network, host);
        await Configured_it_enrols_and_enforces(network, host);
        It_has_one_right_and_a_sandbox(host, release);
        A_hung_agent_is_replaced_and_enforcement_goes_on(network, host);
        An_agent_that_is_killed_for_want_of_memory_leaves_its_rules_and_takes_them_up_again(network, host, release);
        Upgrading_leaves_no_moment_without_enforcement(network, host);
        Rebooting_enforces_before_the_network_comes_up(network, host, release);
        Removing_opens_and_purging_leaves_nothing(network, host, release);
    }

    private void Installing_cuts_nothing(BootedNetwork network, BootedHost host)
    {
        Install(host, package.Current);

        Assert.Equal("inactive", host.Try("systemctl is-active edgeagent").Said.Trim());
        Assert.Equal(ProbeResult.Answered, network.Connect(BootedNetwork.Friend));
        Assert.Equal(ProbeResult.Answered, network.Connect(BootedNetwork.Stranger));
        Assert.Equal("", host.Run("nft list ruleset"));
    }

    private static async Task Configured_it_enrols_and_enforces(BootedNetwork network, BootedHost host)
    {
        host.Write("/etc/edgeagent/token", await network.TokenAsync());
        host.Run($"chown root:edgeagent /etc/edgeagent/token && chmod 640 /etc/edgeagent/token && echo '{Configuration}' >/etc/edgeagent/agent.json && systemctl start edgeagent");
        await network.RealizedAsync();

        // Neither the token nor the certificate is needed in two places; the key was made here and only the agent reads it.
        host.Run("rm /etc/edgeagent/token");
        Assert.Equal("600 edgeagent", host.Run("stat -c '%a %U' /var/lib/edgeagent/identity.pem"));
        Assert.Contains("spiffe://cluster.local/ns/default/host/legacy-vm", host.Run("openssl x509 -in /var/lib/edgeagent/identity.pem -noout -ext subjectAltName"), StringComparison.Ordinal);
        Assert.Equal("policies are signed", host.Run("cat /var/lib/edgeagent/signed"));

        Assert.Equal(ProbeResult.Answered, network.Connect(BootedNetwork.Friend));
        Assert.Equal(ProbeResult.Silent, network.Connect(BootedNetwork.Stranger));
        host.Run("edgeagent verify --state-dir /var/lib/edgeagent");
        Assert.Contains("friend-to-web", host.Run("nft list table inet edgeagent"), StringComparison.Ordinal);
    }

    private static void It_has_one_right_and_a_sandbox(BootedHost host, string release)
    {
        var status = host.Run($"cat /proc/{MainProcess(host)}/status");
        // CAP_NET_ADMIN is number 12 (linux/capability.h).
        Assert.Contains("CapEff:\t0000000000001000", status, StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t0000000000001000", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.DoesNotContain("Uid:\t0", status, StringComparison.Ordinal);
        var verdict = host.Run("systemd-analyze security edgeagent --no-pager | tail -1");
        var exposure = double.Parse(verdict.Split(": ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.True(exposure <= 2.0, $"{release}: {verdict}");
    }

    private static void A_hung_agent_is_replaced_and_enforcement_goes_on(BootedNetwork network, BootedHost host)
    {
        host.Run("mkdir -p /etc/systemd/system/edgeagent.service.d && printf '[Service]\\nWatchdogSec=3s\\n' >/etc/systemd/system/edgeagent.service.d/soon.conf");
        host.Run("systemctl daemon-reload && systemctl restart edgeagent");
        var hung = MainProcess(host);
        using (var stranger = network.From(BootedNetwork.Stranger, 100))
        {
            host.Run($"kill -STOP {hung}");
            host.Run($"for i in $(seq 200); do p=$(systemctl show -p MainPID --value edgeagent); [ $p != {hung} ] && [ $p != 0 ] && systemctl is-active -q edgeagent && exit 0; sleep 0.1; done; exit 1");
            stranger.Dispose();
            Assert.Equal(0, stranger.Answered);
        }

        Assert.Contains("Watchdog timeout", host.Run("journalctl -u edgeagent --no-pager"), StringComparison.Ordinal);
        host.Run("rm -r /etc/systemd/system/edgeagent.service.d && systemctl daemon-reload && systemctl restart edgeagent");
    }

    private static void An_agent_that_is_killed_for_want_of_memory_leaves_its_rules_and_takes_them_up_again(BootedNetwork network, BootedHost host, string release)
    {
        // On the new layout of cgroups a container here is given no memory controller, so that no limit holds.
        if (release is not ("bullseye" or "bookworm"))
            return;
        var before = host.Run("nft list table inet edgeagent | grep -v -e counter -e 'packets '");

        // What the runtime takes for its limit is far above the real one, as if something else had filled the memory.
        host.Run("mkdir -p /etc/systemd/system/edgeagent.service.d && printf '[Service]\\nMemoryMax=16M\\nEnvironment=DOTNET_GCHeapHardLimit=0x40000000\\n' >/etc/systemd/system/edgeagent.service.d/small.conf");
        using (var friend = network.From(BootedNetwork.Friend, 2_000))
        using (var stranger = network.From(BootedNetwork.Stranger, 100))
        {
            host.Run("systemctl daemon-reload && systemctl restart --no-block edgeagent");
            host.Run("for i in $(seq 300); do [ $(systemctl show -p NRestarts --value edgeagent) -ge 2 ] && exit 0; sleep 0.1; done; exit 1");
            friend.Dispose();
            stranger.Dispose();
            Assert.Equal((0, 0), (stranger.Answered, friend.Failed));
        }

        Assert.Contains("status=9/KILL", host.Run("journalctl -u edgeagent --no-pager"), StringComparison.Ordinal);
        host.Run("rm -r /etc/systemd/system/edgeagent.service.d && systemctl daemon-reload && systemctl restart edgeagent");
        host.Run("edgeagent verify --state-dir /var/lib/edgeagent");
        Assert.Equal(before, host.Run("nft list table inet edgeagent | grep -v -e counter -e 'packets '"));
    }

    private void Upgrading_leaves_no_moment_without_enforcement(BootedNetwork network, BootedHost host)
    {
        var before = MainProcess(host);
        using var friend = network.From(BootedNetwork.Friend, 2_000);
        using var stranger = network.From(BootedNetwork.Stranger, 100);
        Install(host, package.Next);
        friend.Dispose();
        stranger.Dispose();

        Assert.Equal("active", host.Run("systemctl is-active edgeagent"));
        Assert.NotEqual(before, MainProcess(host));
        Assert.Contains("1.0.1", host.Run("dpkg-query -W edgeagent"), StringComparison.Ordinal);
        Assert.Equal((0, 0), (stranger.Answered, friend.Failed));
        Assert.True(friend.Answered > 10 && stranger.Failed > 3, $"only {friend.Answered} and {stranger.Failed} attempts");
    }

    private static void Rebooting_enforces_before_the_network_comes_up(BootedNetwork network, BootedHost host, string release)
    {
        // Nobody to ask: what the host has on its disk must do.
        network.CrashControlPlane();
        host.PowerOff();
        network.Renew();
        using var stranger = network.From(BootedNetwork.Stranger, 30);
        host.Boot(network.Inside, release);
        host.WaitUntilRunning();
        stranger.Dispose();

        // A machine that runs may still be bringing up its network.
        Assert.True(
            SpinWait.SpinUntil(() => network.Connect(BootedNetwork.Friend) == ProbeResult.Answered, TimeSpan.FromSeconds(20)),
            host.Try("journalctl -b -u edgeagent --no-pager | tail -n 20; nft list table inet edgeagent").Said);
        Assert.Equal(ProbeResult.Silent, network.Connect(BootedNetwork.Stranger));
        Assert.Equal(0, stranger.Answered);
        Assert.True(
            Moment(host, "edgeagent", "ActiveEnterTimestampMonotonic") < Moment(host, "networking", "ExecMainStartTimestampMonotonic"),
            "the network was started before the agent was ready");
    }

    private static void Removing_opens_and_purging_leaves_nothing(BootedNetwork network, BootedHost host, string release)
    {
        host.Run("apt-get -q remove -y edgeagent || dpkg -r edgeagent");
        Assert.Equal("", host.Run("nft list ruleset"));
        Assert.Equal(ProbeResult.Answered, network.Connect(BootedNetwork.Stranger));
        Assert.NotEqual("active", host.Try("systemctl is-active edgeagent").Said.Trim());

        host.Run("dpkg -P edgeagent");
        Assert.Equal("", host.Try("ls -d /etc/edgeagent /var/lib/edgeagent /etc/systemd/system/edgeagent* /usr/lib/edgeagent /etc/systemd/system/*/edgeagent* 2>/dev/null").Said);

        // The stranger's silence at the last boot was the agent's work: without it the same boot lets it in.
        host.PowerOff();
        network.Renew();
        using var stranger = network.From(BootedNetwork.Stranger, 30);
        host.Boot(network.Inside, release);
        host.WaitUntilRunning();

        // A machine that runs may still be bringing up its network.
        Assert.True(SpinWait.SpinUntil(() => stranger.Answered > 0, TimeSpan.FromSeconds(20)));
    }

    private static void Install(BootedHost host, string package)
    {
        File.Copy(package, $"{host.Root}/root/edgeagent.deb", overwrite: true);
        host.Run("dpkg -i /root/edgeagent.deb");
    }

    private static string MainProcess(BootedHost host) => host.Run("systemctl show -p MainPID --value edgeagent");

    /// <summary>A time of the machine's, in microseconds since it was made.</summary>
    private static long Moment(BootedHost host, string unit, string property) =>
        long.Parse(host.Run($"systemctl show -p {property} --value {unit}"), CultureInfo.InvariantCulture);
}
