using System.Data.Common;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Where the store keeps its tables. All SQL of the store runs on every kind alike; what differs is here and in <see cref="Schema"/>.</summary>
internal interface IDatabase : IDisposable
{
    /// <summary>What messages call it.</summary>
    string Place { get; }

    /// <summary>Does all or nothing of the work, durably. Whoever else writes, in any process, comes before or after.</summary>
    /// <exception cref="StoreException">It could not be done; nothing was.</exception>
    T Write<T>(Func<DbConnection, T> work);

    /// <summary>Reads one consistent state; never waits for a writer.</summary>
    /// <exception cref="StoreException">It could not be read.</exception>
    T Read<T>(Func<DbConnection, T> work);
}
