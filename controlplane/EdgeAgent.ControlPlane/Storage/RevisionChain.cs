using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>What proves the rows of the log of revisions.</summary>
internal static class RevisionChain
{
    /// <summary>The hash of a row, over all that it says and the hash of the row before.</summary>
    public static byte[] HashOf(byte[] previous, RevisionRecord record)
    {
        using var chain = Begin(previous, record);
        foreach (var change in record.Changes)
        {
            chain.Add((int)change.Kind).Add((int)change.Origin).Add(change.Key.Kind).Add(change.Key.Namespace).Add(change.Key.Name)
                .Add(change.Document?.File ?? "").Add(change.Document?.FirstLine ?? 0).Add(change.Document?.Text);
        }

        return chain.End();
    }

    /// <summary>
    /// The seal of a row, which stays true when documents of the row are pruned: over its hash and all that it says, with digests in the place
    /// of documents, and the seal of the row before.
    /// </summary>
    public static byte[] SealOf(byte[] previous, RevisionRecord record, byte[] hash)
    {
        using var chain = Begin(previous, record);
        foreach (var change in record.Changes)
        {
            var document = change.Pruned ?? (change.Document is { } whole ? PrunedDocument.Of(whole) : null);
            chain.Add((int)change.Kind).Add((int)change.Origin).Add(change.Key.Kind).Add(change.Key.Namespace).Add(change.Key.Name)
                .Add(document?.File ?? "").Add(document?.FirstLine ?? 0).Add(document?.Digest.Hex);
        }

        return chain.Add(Convert.ToHexStringLower(hash)).End();
    }

    private static HashChain Begin(byte[] previous, RevisionRecord record) => HashChain.After(previous)
        .Add(record.Revision.Number)
        .Add(record.At.ToMicroseconds())
        .Add(record.Author)
        .Add(record.Note)
        .Add(record.Changes.Count);
}
