using System.Net;
using EdgeAgent.Contracts;

namespace EdgeAgent.Lab;

/// <summary>One machine of the lab: a network namespace with one address.</summary>
/// <param name="ShortName">What tables call it.</param>
/// <param name="ProbeName">What probes call it: <c>namespace/name</c>, or the address of a machine that is no host.</param>
/// <param name="NetworkNamespace">The name of its network namespace.</param>
/// <param name="Address">Its only address, IPv4.</param>
/// <param name="Ports">The TCP ports that its service listens on.</param>
public sealed record LabNode(string ShortName, string ProbeName, string NetworkNamespace, IPAddress Address, EquatableArray<ushort> Ports)
{
    /// <summary>The file by which the network namespace is entered (ip-netns(8)).</summary>
    public string NamespaceFile => $"/run/netns/{NetworkNamespace}";
}
