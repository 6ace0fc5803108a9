using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>What is ours in x_tables and ipset, as it was read.</summary>
/// <param name="Mark">The mark of that moment.</param>
/// <param name="Held">What is ours.</param>
/// <param name="Foreign">What others put among it and the model has no words for.</param>
public sealed record XTablesReading(ulong Mark, XTablesHeld Held, EquatableArray<string> Foreign);

/// <summary>
/// The running kernel's x_tables and ipset: the tables <c>filter</c> of both families, our chains in them, and our sets. Rules, chains
/// and counters of others stay byte for byte. Needs CAP_NET_ADMIN in the network namespace. Not for two threads at once.
/// </summary>
public sealed class XTablesKernel : IDisposable
{
    /// <summary>Up to so many bytes a table's entries are part of the mark, so that a rule that takes the place of another is noticed.</summary>
    private const int MarkedSize = 256 * 1024;

    /// <summary>So often all is read beside writers; where they do not cease, the last attempt keeps them out.</summary>
    private const int AttemptsBeside = 3, Attempts = AttemptsBeside + 1;

    private readonly FilterSocket _v4;
    private readonly FilterSocket _v6;
    private readonly SetNumbers _numbers;
    private readonly IpSetTable _sets;
    private byte? _setRevision;

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace or the kernel's netfilter cannot be reached.</exception>
    public XTablesKernel(string? networkNamespace = null)
    {
        _v4 = new(IpFamily.V4, networkNamespace);
        _v6 = new(IpFamily.V6, networkNamespace);
        _numbers = new(networkNamespace);
        _sets = new(networkNamespace);
    }

    /// <summary>What rules of ours need and the kernel lacks, in words; empty for nothing. Asking makes the tables if they are not there.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be asked, for instance without the right to.</exception>
    public IReadOnlyList<string> Missing()
    {
        var missing = new List<string>();
        foreach (var (family, socket) in new[] { (IpFamily.V4, _v4), (IpFamily.V6, _v6) })
        {
            try
            {
                socket.ReadInfo();
            }
            catch (NetlinkException e) when (e.Errno is Errno.ENOPROTOOPT or Errno.ENOENT)
            {
                missing.Add($"{family} table filter");
                continue;
            }

            missing.AddRange(MatchCodec.Needed(family).Where(match => !socket.Has(match.Name, match.Revision, isTarget: false)).Select(match => $"{family} match {match.Name} revision {match.Revision}"));
            if (!socket.Has(RuleEntryCodec.LogTargetName, 0, isTarget: true))
                missing.Add($"{family} target {RuleEntryCodec.LogTargetName}");
        }

        try
        {
            _sets.List(XTablesRuleset.Prefix);
        }
        catch (NetlinkException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT)
        {
            missing.Add("ipset");
        }

        return missing;
    }

    /// <summary>Reads all that is ours.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be read; EAGAIN: it kept changing.</exception>
    public XTablesReading Read()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var alone = attempt > AttemptsBeside ? XTablesLock.Take() : null;
            var mark = ReadMark();
            try
            {
                var reading = Read(mark);
                if (ReadMark() == mark)
                    return reading;
            }
            catch (NetlinkException e) when (e.Errno == Errno.ENOENT && attempt < Attempts)
            {
                // A set went away between its being listed and read.
            }

            if (attempt == Attempts)
                throw new NetlinkException("read our chains and sets", Errno.EAGAIN, $"they changed during each of {Attempts} attempts");
        }
    }

    /// <summary>
    /// A number that changes when anybody changes a table, or the size of one of our sets. Some tens of microseconds. Not noticed: a member
    /// of a set that takes another's place, and a rule that takes the place of one of the same size in a table of more than 256 KiB.
    /// </summary>
    public ulong ReadMark()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var socket in new[] { _v4, _v6 })
        {
            var info = socket.ReadRawInfo();
            hash.AppendData(info);
            if (TableInfo.Read(info).Size > MarkedSize)
                continue;
            var image = socket.Read();
            foreach (var entry in image.Chains.SelectMany(chain => chain.Entries))
            {
                var counters = image.Layout.ComeFrom;
                hash.AppendData(entry.Bytes.Span[..counters]);
                hash.AppendData(entry.Bytes.Span[image.Layout.Length..]);
            }
        }

        Span<byte> number = stackalloc byte[sizeof(ulong)];
        foreach (var set in _sets.List(XTablesRuleset.Prefix))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(number, set.Mark);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(set.Name));
            hash.AppendData(number);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>Does one change.</summary>
    /// <exception cref="NetlinkException">The kernel refused; what was done before stays done.</exception>
    public void Apply(XTablesOperation operation)
    {
        switch (operation)
        {
            case CreateAddressSet create:
                _sets.Create(create);
                break;
            case AddMembers add:
                _sets.Add(add);
                break;
            case DeleteMembers delete:
                _sets.Delete(delete);
                break;
            case SwapAddressSets swap:
                _sets.Swap(swap);
                break;
            case DestroyAddressSet destroy:
                _sets.Destroy(destroy.Name);
                break;
            case WriteStamp write:
                _sets.Write(write);
                break;
            case ReplaceChains replace:
                Replace(replace);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "no such operation");
        }
    }

    /// <summary>What our rules have counted, by counter, in both families.</summary>
    public IReadOnlyDictionary<string, CounterReading> ReadCounters()
    {
        var sums = new Dictionary<string, CounterReading>(StringComparer.Ordinal);
        foreach (var image in new[] { _v4.Read(), _v6.Read() })
        {
            foreach (var (name, one) in OurChains.Counters(image, entry => RuleEntryCodec.Counter(entry, image.Layout)))
            {
                var sum = sums.GetValueOrDefault(name);
                sums[name] = new(sum.Packets + one.Packets, sum.Bytes + one.Bytes);
            }
        }

        return sums;
    }

    /// <summary>The built-in chains of the tables <c>filter</c> that can drop what we let pass, in words.</summary>
    public Shadows ReadShadows()
    {
        TableImage[] tables = [_v4.Read(), _v6.Read()];
        return new([.. tables.SelectMany(table => OurChains.Shadows(table, OurChains.AreAtForward(table)))], tables.Any(OurChains.AreAtForward));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
        _numbers.Dispose();
        _sets.Dispose();
    }

    private XTablesReading Read(ulong mark)
    {
        var foreign = new List<string>();
        var names = new Dictionary<ushort, string?>();
        var v4 = OurChains.Read(_v4.Read(), Name, foreign);
        var v6 = OurChains.Read(_v6.Read(), Name, foreign);
        var sets = ImmutableSortedDictionary.CreateBuilder<string, NamedSet>(StringComparer.Ordinal);
        var hasStampSet = false;
        foreach (var header in _sets.List(XTablesRuleset.Prefix))
        {
            if (header.Name == XTablesDiffer.StampSet)
            {
                hasStampSet = true;
                continue;
            }

            // Of another kind, or with members of another kind: as a set without any it differs from whatever is desired.
            var schema = header.Schema ?? new SetSchema(header.Name, SetKind.Set, [KeyField.Ipv4Address]);
            var members = header.Schema is null ? null : _sets.Members(schema);
            if (members is null)
                foreign.Add($"set {header.Name} is a {header.Type} of a kind that is not ours");
            sets.Add(header.Name, new(schema, members ?? ElementTable.Empty(schema)));
        }

        var held = XTablesHeld.Of(sets, v4, v6, hasStampSet, hasStampSet ? _sets.ReadStamp() : null, foreign.Count > 0);
        return new(mark, held, foreign.ToEquatableArray());

        string? Name(ushort number)
        {
            if (!names.TryGetValue(number, out var name))
                names.Add(number, name = _numbers.NameOf(number));
            return name;
        }
    }

    private byte SetRevision => _setRevision ??= MatchCodec.SetRevisions.FirstOrDefault(revision => _v4.Has(MatchCodec.SetMatchName, revision, isTarget: false), MatchCodec.SetRevisions[^1]);

    private void Replace(ReplaceChains replace)
    {
        var numbers = new Dictionary<string, ushort>(StringComparer.Ordinal);
        var socket = replace.Family == IpFamily.V4 ? _v4 : _v6;
        using var alone = XTablesLock.Take();
        for (var attempt = 1; ; attempt++)
        {
            var old = socket.Read();
            var image = OurChains.Replace(old, replace.Table, Number, SetRevision);
            try
            {
                socket.Write(old, image, (entries, before) => OurChains.Carry(old, entries, before));
                return;
            }
            catch (NetlinkException e) when (e.Errno == Errno.EAGAIN && attempt < Attempts)
            {
                // A writer that takes no lock was faster.
            }
        }

        ushort Number(string set)
        {
            if (!numbers.TryGetValue(set, out var number))
                numbers.Add(set, number = _numbers.Of(replace.Generations[set]));
            return number;
        }
    }
}
