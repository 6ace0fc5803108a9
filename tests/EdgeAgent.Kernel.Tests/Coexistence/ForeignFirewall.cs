namespace EdgeAgent.Kernel.Tests;

/// <summary>Another program that manages a firewall beside us, by the commands that an operator gives.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Start">Starts it, with rules of its own; returns once they are in the kernel.</param>
/// <param name="Reload">Makes it write its rules again.</param>
/// <param name="Shadow">The base chain of it that can drop what we accept; null where it has none that nf_tables lists.</param>
public sealed record ForeignFirewall(string Name, string Start, string Reload, string? Shadow)
{
    /// <summary>All of them.</summary>
    internal static IReadOnlyList<ForeignFirewall> All { get; } =
    [
        new("firewalld", Firewalld, "firewall-cmd --reload", "inet firewalld filter_INPUT (input, priority 10)"),
        new("ufw", Ufw("nft"), "ufw reload", "ip filter INPUT (input, priority 0, policy drop)"),
        new("ufw on legacy iptables", Ufw("legacy"), "ufw reload", null),
        new("fail2ban", Fail2ban("nftables-multiport"), Fail2banReload, "inet f2b-table f2b-chain (input, priority -1)"),
        new("fail2ban on iptables", Fail2ban("iptables-multiport"), Fail2banReload, "ip filter INPUT (input, priority 0)"),
        new("docker", Docker("nft"), "iptables-nft-restore < /run/docker.rules", "ip filter FORWARD (forward, priority 0, policy drop)"),
        new("docker on legacy iptables", Docker("legacy"), "iptables-legacy-restore < /run/docker.rules", null),
    ];

    private const string Fail2banReload = """
        fail2ban-client -c /etc/fail2ban reload && await fail2ban-client -c /etc/fail2ban status sshd && await sh -c '{ nft list ruleset; iptables-save; } | grep -q 192.0.2.7'
        """;

    /// <inheritdoc/>
    public override string ToString() => Name;

    // Its own system bus, as it finds one on a host.
    private const string Firewalld = """
        own /etc/firewalld
        cat > /run/bus.conf <<'END'
        <busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
        <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
        END
        mkdir -p /run/dbus
        dbus-daemon --config-file=/run/bus.conf --nofork --nopidfile >/run/bus.log 2>&1 &
        await test -S /run/dbus/system_bus_socket
        firewalld --nofork --nopid >/run/firewalld.log 2>&1 &
        await firewall-cmd --state && firewall-cmd --add-service=http && firewall-cmd --permanent --add-service=http
        """;

    private static string Ufw(string variant) => $$"""
        own /etc/ufw && own /etc/default/ufw && own /etc/alternatives
        for program in iptables iptables-restore iptables-save ip6tables ip6tables-restore ip6tables-save; do
            ln -sf /usr/sbin/$(echo $program | sed 's/tables/tables-{{variant}}/') /etc/alternatives/$program
        done
        ufw default deny incoming && ufw allow 22/tcp && ufw --force enable
        """;

    private static string Fail2ban(string action) => $"""
        own /etc/fail2ban && rm -f /etc/fail2ban/jail.d/* && mkdir -p /run/fail2ban && touch /var/log/auth.log
        printf '[Definition]\ndbfile = /run/fail2ban/db\n' > /etc/fail2ban/fail2ban.local
        printf '[DEFAULT]\nbanaction = {action}\n[sshd]\nenabled = true\nbackend = polling\nlogpath = /var/log/auth.log\n' > /etc/fail2ban/jail.local
        fail2ban-client -c /etc/fail2ban -x start >/run/fail2ban.log 2>&1
        await fail2ban-client -c /etc/fail2ban status sshd && fail2ban-client -c /etc/fail2ban set sshd banip 192.0.2.7
        """ + "\nawait sh -c '" + (action.StartsWith("nft", StringComparison.Ordinal) ? "nft list ruleset" : "iptables-save") + " | grep -q 192.0.2.7'";

    // What Docker 24 writes for one container with a published port.
    private static string Docker(string variant) => $"""
        cat > /run/docker.rules <<'END'
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :DOCKER - [0:0]
        -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
        -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
        -A DOCKER -i docker0 -j RETURN
        -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
        COMMIT
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :DOCKER - [0:0]
        :DOCKER-ISOLATION-STAGE-1 - [0:0]
        :DOCKER-ISOLATION-STAGE-2 - [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-ISOLATION-STAGE-1
        -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o docker0 -j DOCKER
        -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
        -A FORWARD -i docker0 -o docker0 -j ACCEPT
        -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
        -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
        -A DOCKER-ISOLATION-STAGE-1 -j RETURN
        -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
        -A DOCKER-ISOLATION-STAGE-2 -j RETURN
        -A DOCKER-USER -j RETURN
        COMMIT
        END
        iptables-{variant}-restore < /run/docker.rules
        """;
}
