using System.IO.Compression;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Observation = EdgeAgent.ControlPlane.Storage.Observation;
using ObservationKind = EdgeAgent.ControlPlane.Storage.ObservationKind;
using StatusTransition = EdgeAgent.ControlPlane.Storage.StatusTransition;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Answers whether the logs are sound, and gives them out as evidence.</summary>
internal sealed class AuditQueries(Store store, AuditIntegrity integrity, TimeProvider time)
{
    private const int PageSize = 500;
    private const int LongestFull = 8 << 20;

    /// <summary>Walks the logs, and compares them with heads that were known before.</summary>
    public VerifyAuditResponse Verify(VerifyAuditRequest request)
    {
        var response = new VerifyAuditResponse { PublicKey = ByteString.CopyFrom(store.AuditPublicKey) };
        response.Findings.AddRange(integrity.Verify().Concat(request.Known.Select(Unknown).OfType<ChainFinding>()).Select(ToWire));
        response.Heads.AddRange(store.Heads.Select(ToWire));
        return response;
    }

    /// <summary>Sends the evidence of a span of time.</summary>
    public async Task ExportAsync(ExportAuditRequest request, IServerStreamWriter<AuditRecord> responses, CancellationToken cancel)
    {
        var from = request.From?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;
        var to = request.To?.ToDateTimeOffset() ?? time.GetUtcNow();
        if (from >= to)
            throw new RpcException(new(StatusCode.InvalidArgument, $"a span from {from:u} to {to:u}; expected an end after the beginning"));
        var digests = new HashSet<Digest>();
        foreach (var record in Guarded(Records(from, to, digests)))
            await responses.WriteAsync(record, cancel);
        foreach (var digest in digests.OrderBy(digest => digest.Hex, StringComparer.Ordinal))
        {
            if (RpcFailures.Guard(() => store.Rulesets.Find(digest)) is { } ruleset)
                await responses.WriteAsync(new() { Ruleset = ToWire(ruleset) }, cancel);
        }
    }

    private static IEnumerable<T> Guarded<T>(IEnumerable<T> items)
    {
        using var item = items.GetEnumerator();
        while (RpcFailures.Guard(item.MoveNext))
            yield return item.Current;
    }

    private IEnumerable<AuditRecord> Records(DateTimeOffset from, DateTimeOffset to, HashSet<Digest> digests)
    {
        yield return new() { Header = Header(from, to) };
        for (var next = Revision.Zero.Next; store.Revisions.From(next, PageSize) is { Count: > 0 } page; next = page[^1].Revision.Next)
        {
            foreach (var record in page.Where(record => record.At >= from && record.At < to))
                yield return new() { Change = AdminMapping.ToWire(record, store.Revisions) };
        }

        foreach (var (number, action) in Pages(store.Actions.After, row => row.Number).Where(row => row.Action.At >= from && row.Action.At < to))
        {
            yield return new()
            {
                Action = new() { Number = number, At = action.At.ToTimestamp(), Author = action.Author, What = action.What, Subject = action.Subject, Text = action.Text },
            };
        }

        var transitions = Pages(store.Transitions.After, row => row.Number);
        foreach (var ((number, transition), earlier) in InSpan(transitions, row => row.Transition.At, row => row.Transition.Host, from, to))
        {
            digests.Add(transition.KernelDigest);
            yield return new() { Transition = ToWire(number, transition, earlier) };
        }

        var observations = Pages(store.Observations.After, row => row.Number);
        foreach (var ((number, observation), earlier) in InSpan(observations, row => row.Observation.At, row => (row.Observation.Host, row.Observation.Kind), from, to))
        {
            if (!earlier || observation.Kind != ObservationKind.Drift)
                yield return new() { Observation = ToWire(number, observation, earlier) };
        }
    }

    private AuditHeader Header(DateTimeOffset from, DateTimeOffset to)
    {
        var header = new AuditHeader
        {
            From = from.ToTimestamp(),
            To = to.ToTimestamp(),
            ServerVersion = ServerVersion.Text,
            Revision = store.Revisions.Newest.Number,
            PublicKey = ByteString.CopyFrom(store.AuditPublicKey),
        };
        header.Heads.AddRange(store.Heads.Select(ToWire));
        header.Findings.AddRange(integrity.Verify().Select(ToWire));
        return header;
    }

    private static IEnumerable<T> Pages<T>(Func<long, int, IReadOnlyList<T>> after, Func<T, long> number)
    {
        for (var last = 0L; after(last, PageSize) is { Count: > 0 } page; last = number(page[^1]))
        {
            foreach (var row in page)
                yield return row;
        }
    }

    /// <summary>The rows within a span, and before them the last one of each group before the span.</summary>
    private static IEnumerable<(T Row, bool Earlier)> InSpan<T, TGroup>(IEnumerable<T> rows, Func<T, DateTimeOffset> at, Func<T, TGroup> group, DateTimeOffset from, DateTimeOffset to)
        where TGroup : notnull
    {
        // Rows are in the order in which they were written; a clock that jumped does not change which came before.
        var earlier = new Dictionary<TGroup, T>();
        foreach (var row in rows)
        {
            if (at(row) < from)
            {
                earlier[group(row)] = row;
                continue;
            }

            if (at(row) >= to)
                continue;
            if (earlier.Remove(group(row), out var before))
                yield return (before, true);
            yield return (row, false);
        }

        foreach (var left in earlier.Values)
            yield return (left, true);
    }

    private ChainFinding? Unknown(AuditHead known)
    {
        var hash = store.HashAt(known.Log, known.Number);
        return hash is not null && known.Hash.Span.SequenceEqual(hash) ? null : new(
            known.Log,
            known.Number,
            hash is null ? "missing: the log had this row when its head was noted" : "another row than when the log's head was noted");
    }

    private static AuditFinding ToWire(ChainFinding finding) => new() { Log = finding.Log, Number = finding.Number, What = finding.What };

    private static AuditHead ToWire(ChainHead head) =>
        new() { Log = head.Log, Number = head.Number, Hash = ByteString.CopyFrom(head.Hash), Signature = ByteString.CopyFrom(head.Signature) };

    private static AuditTransition ToWire(long number, StatusTransition transition, bool earlier) =>
        new() { Host = transition.Host.ToString(), Transition = AdminMapping.ToWire(transition), Number = number, Earlier = earlier };

    private static Wire.V1.Observation ToWire(long number, Observation observation, bool earlier) => new()
    {
        Host = observation.Host.ToString(),
        At = observation.At.ToTimestamp(),
        Kind = (Wire.V1.ObservationKind)observation.Kind,
        Text = observation.Text,
        Number = number,
        Earlier = earlier,
    };

    private static AuditRuleset ToWire(StoredRuleset ruleset) => new()
    {
        Digest = ruleset.Digest.Hex,
        Received = ruleset.Received.ToTimestamp(),
        Proof = Text(ruleset.Proof),
        Full = Text(ruleset.Full),
    };

    // A host may have sent anything as the full text: what is longer than agreed, or no text, is left out.
    private static string Text(byte[] compressed)
    {
        if (compressed.Length == 0)
            return "";
        using var unpacked = new MemoryStream();
        try
        {
            using var brotli = new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress);
            var buffer = new byte[64 * 1024];
            for (int read; (read = brotli.Read(buffer)) > 0;)
            {
                unpacked.Write(buffer, 0, read);
                if (unpacked.Length > LongestFull)
                    return "";
            }
        }
        catch (InvalidDataException)
        {
            return "";
        }

        return Encoding.UTF8.GetString(unpacked.GetBuffer(), 0, (int)unpacked.Length);
    }
}
