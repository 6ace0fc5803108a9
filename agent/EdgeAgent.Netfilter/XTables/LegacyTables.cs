using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The tables <c>filter</c> of legacy iptables beside our rules in nf_tables. Asking the kernel for one makes it where it is not there yet
/// (xt_find_table_lock), so it is looked up first where that is told: <c>/proc/net/ip_tables_names</c>, which only root may read, or, before
/// Linux 5.15, the module, which came with the table of the first network namespace. Where neither says so, nothing is asked.
/// </summary>
public sealed class LegacyTables : IDisposable
{
    /// <summary>From here on a module does not bring the table along (kernel commit fdacd57c79b7).</summary>
    private static readonly Version LazyTables = new(5, 15);

    private readonly Family[] _families;

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    public LegacyTables(string? networkNamespace = null) =>
        _families = [new(IpFamily.V4, "ip_tables_names", "iptable_filter", networkNamespace), new(IpFamily.V6, "ip6_tables_names", "ip6table_filter", networkNamespace)];

    /// <summary>The built-in chains that can drop what we let pass, in words.</summary>
    /// <param name="forward">Whether something of ours is about forwarded traffic, so that it can be overruled.</param>
    /// <exception cref="NetlinkException">A table is there and cannot be read.</exception>
    public IReadOnlyList<string> ReadShadows(bool forward) => [.. _families.Where(family => family.IsThere()).SelectMany(family => OurChains.Shadows(family.Socket.Read(), forward))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var family in _families)
            family.Dispose();
    }

    private sealed class Family : IDisposable
    {
        private readonly StreamReader? _names;
        private readonly bool _cameWithModule;
        private readonly string _module;

        internal Family(IpFamily family, string names, string module, string? networkNamespace)
        {
            Socket = new(family, networkNamespace);
            _module = $"/sys/module/{module}";
            _cameWithModule = networkNamespace is null && Environment.OSVersion.Version < LazyTables;
            try
            {
                // The file shows the namespace of the thread that opened it.
                _names = NetworkNamespace.Run(networkNamespace, () => new StreamReader(File.OpenRead($"/proc/thread-self/net/{names}")));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }

        internal FilterSocket Socket { get; }

        internal bool IsThere()
        {
            if (_names is null)
                return _cameWithModule && Directory.Exists(_module);
            _names.BaseStream.Position = 0;
            _names.DiscardBufferedData();
            return _names.ReadToEnd().Split('\n').Contains("filter");
        }

        public void Dispose()
        {
            _names?.Dispose();
            Socket.Dispose();
        }
    }
}
