using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The table <c>filter</c> of one family, by its socket options. Asking for it makes it if it is not there yet, with its hooks.
/// Changes are to be made under the <see cref="XTablesLock"/>.
/// </summary>
internal sealed class FilterSocket : IDisposable
{
    private const string Table = "filter";
    private const int GetInfo = 64, GetEntries = 65, Replace = 64, AddCounters = 65;
    private const int EntriesHead = 40, RevisionLength = 30, Attempts = 16;

    private readonly EntryLayout _layout;
    private readonly OptionSocket _socket;
    private readonly string _name;

    internal FilterSocket(IpFamily family, string? networkNamespace)
    {
        _layout = EntryLayout.Of(family);
        _name = family == IpFamily.V4 ? "iptables" : "ip6tables";
        _socket = OptionSocket.Open(_layout.SocketFamily, networkNamespace);
    }

    /// <summary>How much there is and where; a few microseconds.</summary>
    /// <exception cref="NetlinkException">ENOPROTOOPT: the kernel has no x_tables; ENOENT: it has no table filter; EPERM.</exception>
    internal TableInfo ReadInfo() => TableInfo.Read(ReadRawInfo());

    /// <summary>The bytes of what <see cref="ReadInfo"/> says.</summary>
    internal byte[] ReadRawInfo()
    {
        var info = new byte[TableInfo.Length];
        Encoding.ASCII.GetBytes(Table, info);
        _socket.Get($"read {_name} table {Table}", _layout.SocketLevel, GetInfo, info);
        return info;
    }

    /// <summary>The whole table.</summary>
    internal TableImage Read()
    {
        for (var attempt = 1; ; attempt++)
        {
            var info = ReadInfo();
            var entries = new byte[EntriesHead + info.Size];
            Encoding.ASCII.GetBytes(Table, entries);
            BitConverter.TryWriteBytes(entries.AsSpan(EntryLayout.NameLength), info.Size);
            try
            {
                _socket.Get($"read {_name} table {Table}", _layout.SocketLevel, GetEntries, entries);
                return TableImage.Read(_layout, info, entries.AsMemory(EntriesHead));
            }
            catch (NetlinkException e) when (e.Errno == Errno.EAGAIN && attempt < Attempts)
            {
                // It was replaced in between.
            }
        }
    }

    /// <summary>Replaces the table at once, and lets its counters go on.</summary>
    /// <param name="old">What it holds now.</param>
    /// <param name="image">What it is to hold.</param>
    /// <param name="carry">For each new entry what it has counted, given what each old entry has.</param>
    /// <exception cref="NetlinkException">The kernel refused; EAGAIN: it holds something else by now.</exception>
    internal void Write(TableImage old, TableImage image, Func<IReadOnlyList<TableEntry>, IReadOnlyList<CounterReading>, IReadOnlyList<CounterReading>> carry)
    {
        var (info, bytes, entries) = image.Write();
        var counted = new byte[old.Info.Entries * EntryLayout.CounterLength];
        _socket.Set($"replace {_name} table {Table}", _layout.SocketLevel, Replace, Replacement.Write(Table, info, bytes, old.Info.Entries), Replacement.CountersPointer, counted);
        var before = new CounterReading[old.Info.Entries];
        for (var i = 0; i < before.Length; i++)
            before[i] = Replacement.ReadCounter(counted.AsSpan(i * EntryLayout.CounterLength));
        _socket.Set($"restore counters of {_name} table {Table}", _layout.SocketLevel, AddCounters, Replacement.WriteCounters(Table, carry(entries, before)));
    }

    /// <summary>Whether the kernel has an extension in a revision. Asking may load it.</summary>
    internal bool Has(string extension, byte revision, bool isTarget)
    {
        var question = new byte[RevisionLength];
        Encoding.ASCII.GetBytes(extension, question);
        question[^1] = revision;
        try
        {
            _socket.Get($"ask for {extension}", _layout.SocketLevel, isTarget ? _layout.RevisionOfTarget : _layout.RevisionOfMatch, question);
            return true;
        }
        catch (NetlinkException e) when (e.Errno is Errno.ENOENT or Errno.EPROTONOSUPPORT or Errno.EINVAL)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
