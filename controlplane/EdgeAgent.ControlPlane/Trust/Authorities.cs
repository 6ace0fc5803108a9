using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// The embedded authorities of a running control plane. They are kept in the store, sealed, so that all that share it have the same, and in
/// the data directory, so that a store that is restored from a backup takes none away: the newer version wins.
/// </summary>
internal sealed class Authorities
{
    private readonly AuthorityFile _file;
    private readonly AuthorityTable _table;
    private readonly KeyProtection _protection;
    private readonly Lock _adopting = new();
    private volatile AuthoritySet _current;

    private Authorities(AuthorityFile file, AuthorityTable table, KeyProtection protection, AuthoritySet current) =>
        (_file, _table, _protection, _current) = (file, table, protection, current);

    /// <summary>Raised after each step, whoever made it.</summary>
    public event Action<AuthoritySet>? Changed;

    /// <summary>The newest set.</summary>
    public AuthoritySet Current => _current;

    /// <summary>Loads the authorities, and makes the first where there are none.</summary>
    /// <exception cref="ConfigurationException">The files, or the row of the store, are unreadable or another control plane's.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static Authorities Open(ServerConfiguration configuration, AuthorityTable table, DateTimeOffset now)
    {
        var file = new AuthorityFile(configuration.DataDirectory, configuration.PassphraseFile);
        var stored = table.Find();
        var protection = file.OpenProtection(mayCreate: stored is null);
        var set = file.Load(protection);
        if (set is null && stored is null)
            set = file.Create(protection, now);
        if (set is not null && set.Version > (stored?.Version ?? 0))
            stored = table.Offer(Seal(set, protection));
        var shared = Read(stored!, protection);
        if (set is not null && set.Version == shared.Version && !set.IsSameAs(shared))
            throw Foreign(protection);
        var authorities = new Authorities(file, table, protection, shared);
        if (set is null || set.Version < shared.Version)
            authorities.Save(shared);
        return authorities;
    }

    /// <summary>Makes a step, in the store first, so that after a crash at any moment it was made or not.</summary>
    /// <param name="step">The set after a given one.</param>
    /// <param name="hostsNeed">The version that hosts need for it.</param>
    /// <param name="now">The present.</param>
    /// <param name="action">What the log says of it, given who is not ready; throws where that matters.</param>
    /// <exception cref="AuthorityStepException">The set is not ready for it.</exception>
    /// <exception cref="StoreException">It was not made.</exception>
    public AuthoritySet Step(
        Func<AuthoritySet, KeyProtection, AuthoritySet> step, Func<AuthoritySet, long> hostsNeed, DateTimeOffset now, Func<AuthoritySet, IReadOnlyList<HostName>, int, AuditedAction> action)
    {
        Follow();
        var before = _current;
        var next = step(before, _protection);
        _table.Step(Seal(next, _protection), hostsNeed(before), before.Version, now, (hosts, controlPlanes) => action(next, hosts, controlPlanes));
        Adopt(next);
        return next;
    }

    /// <summary>Takes what other control planes did; gives them back what a restored store has lost.</summary>
    /// <exception cref="ConfigurationException">The row of the store is not what a control plane with this secret wrote.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public void Follow()
    {
        var known = _current;
        var stored = _table.Find();
        if (stored?.Version != known.Version)
            stored = stored?.Version > known.Version ? stored : _table.Offer(Seal(known, _protection));
        if (stored.Version > known.Version)
            Adopt(Read(stored, _protection));
    }

    private static KeptAuthorities Seal(AuthoritySet set, KeyProtection protection)
    {
        var text = AuthorityDocument.Write(set);
        return new(set.Version, text, protection.Seal(text));
    }

    private static AuthoritySet Read(KeptAuthorities stored, KeyProtection protection)
    {
        if (!protection.IsSealed(stored.Document, stored.Seal))
            throw Foreign(protection);
        var set = AuthorityDocument.Read(stored.Document, "the authorities in the store", protection);
        return set.Version == stored.Version ? set : throw Foreign(protection);
    }

    private static ConfigurationException Foreign(KeyProtection protection) => new(
        $"the authorities in the store are not of a control plane with this data directory and the secret of {protection.Where}; expected ca.key and the secret of the control planes that share the store (or, to begin with other authorities, edgecontrol authorities --forget)");

    private void Adopt(AuthoritySet set)
    {
        lock (_adopting)
        {
            if (set.Version <= _current.Version)
                return;
            _current = set;
        }

        try
        {
            Save(set);
        }
        finally
        {
            Changed?.Invoke(set);
        }
    }

    // What cannot be written now is taken from the store at the next start.
    private void Save(AuthoritySet set)
    {
        try
        {
            lock (_adopting)
            {
                if (set.Version == _current.Version)
                    _file.Save(set);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Failed, $"the authorities are changed, and the data directory does not know: {e.Message}; expected to be able to write ca.key", e);
        }
    }
}
