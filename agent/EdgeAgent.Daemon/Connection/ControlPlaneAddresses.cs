using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Where a control plane is reached.</summary>
public readonly record struct ControlPlaneAddress(IpAddress Address, ushort Port);

/// <summary>The addresses behind the control planes' names, all of which are always open.</summary>
internal sealed class ControlPlaneAddresses
{
    // The longest that one name server may keep the others waiting.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Uri, EquatableArray<IpAddress>> _known = [];

    /// <summary>Begins with addresses that are given, and with those of an earlier run.</summary>
    /// <param name="controlPlanes">The control planes.</param>
    /// <param name="earlier">What an earlier run knew; as good as a name server that cannot be reached yet.</param>
    internal ControlPlaneAddresses(EquatableArray<Uri> controlPlanes, EquatableArray<ControlPlaneAddress> earlier)
    {
        foreach (var controlPlane in controlPlanes)
        {
            // Which of several names an address was of is not kept; whoever is there says who it is in the handshake.
            _known[controlPlane] = Literal(controlPlane) is { } literal ? [literal]
                : earlier.Where(address => address.Port == controlPlane.Port).Select(address => address.Address).Distinct().ToEquatableArray();
        }
    }

    /// <summary>All of them, as far as they are known.</summary>
    internal EquatableArray<ControlPlaneAddress> All =>
        _known.SelectMany(known => known.Value.Select(address => new ControlPlaneAddress(address, checked((ushort)known.Key.Port)))).Distinct().ToEquatableArray();

    /// <summary>The way to a control plane, by the addresses known now.</summary>
    internal ControlPlaneWay To(Uri controlPlane) => new(controlPlane, _known[controlPlane], isOneOfSeveral: _known.Count > 1);

    /// <summary>Asks for the addresses of all names at once; what cannot be resolved stays as it was.</summary>
    /// <param name="failed">Is told of a name that cannot be resolved, and why.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task ResolveAsync(Action<string, string> failed, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (_known.Count > 1)
            ending.CancelAfter(Patience);
        var names = _known.Keys.Where(controlPlane => Literal(controlPlane) is null).ToList();
        var answers = await Task.WhenAll(names.Select(name => ResolveAsync(name, failed, ending.Token))).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        foreach (var (name, addresses) in names.Zip(answers))
        {
            if (!addresses.IsEmpty)
                _known[name] = addresses;
        }
    }

    private static async Task<EquatableArray<IpAddress>> ResolveAsync(Uri name, Action<string, string> failed, CancellationToken cancellation)
    {
        try
        {
            var resolved = await Dns.GetHostAddressesAsync(name.DnsSafeHost, cancellation).ConfigureAwait(false);
            return resolved.Select(address => IpAddress.FromBytes(address.GetAddressBytes())).Distinct().Order().ToEquatableArray();
        }
        catch (SocketException e)
        {
            failed(name.Host, e.Message);
        }
        catch (OperationCanceledException)
        {
            failed(name.Host, "no answer in time");
        }

        return [];
    }

    private static IpAddress? Literal(Uri controlPlane) => IpAddress.TryParse(controlPlane.DnsSafeHost, out var address) ? address : null;
}
