using System.Net;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.Lab;

/// <summary>All machines of a lab: those that <c>Host</c> documents declare, and some outside.</summary>
public sealed class Topology
{
    private readonly Dictionary<string, LabNode> _byProbeName;

    private Topology(string prefix, IReadOnlyList<LabNode> hosts, IReadOnlyList<LabNode> others)
    {
        Hosts = hosts;
        Others = others;
        Fabric = new Fabric(prefix, [.. hosts, .. others]);
        _byProbeName = hosts.Concat(others).ToDictionary(node => node.ProbeName, StringComparer.Ordinal);
    }

    /// <summary>The hosts, in the order of their documents.</summary>
    public IReadOnlyList<LabNode> Hosts { get; }

    /// <summary>Machines without agent: the control plane's own, and what stands for the outside world.</summary>
    public IReadOnlyList<LabNode> Others { get; }

    /// <summary>The network between them.</summary>
    public Fabric Fabric { get; }

    /// <summary>All machines that serve something.</summary>
    public IEnumerable<LabNode> Serving => Hosts.Concat(Others).Where(node => !node.Ports.IsEmpty);

    /// <summary>Reads the <c>Host</c> documents of a file, each with one IPv4 address, and adds the others.</summary>
    /// <param name="prefix">What the names of the network namespaces begin with; short and unique on the machine.</param>
    /// <param name="hostsFile">The file.</param>
    /// <param name="others">Others as <c>NAME=ADDRESS</c> or <c>NAME=ADDRESS:PORT</c>.</param>
    /// <exception cref="LabException">The file or one of the others cannot be used.</exception>
    public static Topology Read(string prefix, string hostsFile, IEnumerable<string> others)
    {
        var read = ManifestReader.Read([new ManifestFile(hostsFile, File.ReadAllBytes(hostsFile))]);
        if (read.HasErrors)
            throw new LabException(string.Join('\n', read.Diagnostics));
        var hosts = read.Resources.Select(resource => resource.Model).OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged);
        return new(prefix, [.. hosts.Select(host => ToNode(prefix, host))], [.. others.Select(text => ToNode(prefix, text))]);
    }

    /// <summary>The machine that probes call so.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public LabNode Find(string probeName) =>
        _byProbeName.GetValueOrDefault(probeName) ?? throw new LabException($"no machine of the lab is called '{probeName}'");

    private static LabNode ToNode(string prefix, EndpointResource host) => new(
        host.Key.Name,
        host.Key.QualifiedName,
        $"{prefix}-{host.Key.Name}",
        host.Addresses is [var address] ? IPAddress.Parse(address.Network.ToString()) : throw new LabException($"{host.Source}: expected a host with one address"),
        host.Ports.Select(port => port.Port).ToEquatableArray());

    private static LabNode ToNode(string prefix, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || !IPEndPoint.TryParse(text[(equals + 1)..], out var place))
            throw new LabException($"'{text}' is no machine; expected NAME=ADDRESS or NAME=ADDRESS:PORT");
        var name = text[..equals];
        return new(name, place.Address.ToString(), $"{prefix}-{name}", place.Address, place.Port == 0 ? [] : [(ushort)place.Port]);
    }
}
