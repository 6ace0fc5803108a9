using System.Globalization;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Wire;

/// <summary>What the control plane signs of each revision, and who may sign it.</summary>
public static class RevisionSignature
{
    /// <summary>The SPIFFE id of the key that signs: what authorities issue for servers and hosts has another.</summary>
    public static string SignerOf(string trustDomain) => $"spiffe://{trustDomain}/edgecontrol/policy-signer";

    /// <summary>The bytes that are signed.</summary>
    /// <param name="trustDomain">The trust domain of the fleet.</param>
    /// <param name="epoch">Which restoration of the control plane the revision belongs to.</param>
    /// <param name="asOf">The newest revision when that was said: one that a rollout has not reached a host with may be served long after others.</param>
    /// <param name="revision">The revision that hosts are to enforce.</param>
    /// <param name="root">The hash over all hosts and their policies (<see cref="PolicyTree.Root"/>).</param>
    public static byte[] Content(string trustDomain, long epoch, Revision asOf, Revision revision, ReadOnlySpan<byte> root) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"edgeagent revision 1\ntrust domain {trustDomain}\nepoch {epoch}\nas of {asOf.Number}\nrevision {revision.Number}\nhosts {Convert.ToHexStringLower(root)}\n"));
}
