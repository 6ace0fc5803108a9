using System.Text.Json;
using EdgeAgent.EndToEnd.Tests.Support;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>The command line tool against a real control plane.</summary>
[Collection(nameof(BookinfoLab))]
public sealed class CommandTests(BookinfoLab lab)
{
    private static readonly string _article = Repository.Manifest(Manifests.Article);

    [Fact]
    public async Task Diff_apply_diff_delete_and_history_agree()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny);
        var before = await lab.RevisionAsync();

        var differs = await lab.EdgectlAsync("diff", "-f", _article);
        Assert.Equal(before, await lab.RevisionAsync());
        var applied = await lab.EdgectlAsync("apply", "-f", _article, "--note", "the article");
        var same = await lab.EdgectlAsync("diff", "-f", _article);
        var deleted = await lab.EdgectlAsync("delete", "-f", _article);
        var history = await lab.EdgectlAsync("history", "--limit", "2");

        Assert.Equal(1, differs.ExitCode);
        Assert.Contains("created    NetworkPolicy default/calico-from-reviews-to-ratings", differs.Output, StringComparison.Ordinal);
        Assert.Contains($"revision {before + 1}: 4 created", applied.Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(0, same.ExitCode);
        Assert.Empty(same.Output);
        Assert.Contains($"revision {before + 2}: 4 deleted", deleted.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("the article", history.Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_applied_comes_back_as_it_was_written()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);

        var yaml = (await lab.EdgectlAsync("get", "netpol", "calico-from-reviews-to-ratings", "-o", "yaml")).Succeeded().Output;
        var diff = await lab.EdgectlWithInputAsync(yaml, "diff", "-f", "-");

        Assert.Contains("apiVersion: extensions/v1beta1", yaml, StringComparison.Ordinal);
        Assert.Equal(0, diff.ExitCode);
    }

    [Fact]
    public async Task Explain_answers_live_with_the_exit_code_of_the_verdict_and_the_matrix_agrees()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.WithoutLimits);

        var allowed = await lab.EdgectlAsync("explain", "default/reviews-v1", "default/ratings", "TCP/9080");
        var denied = await lab.EdgectlAsync("explain", "default/sleep", "default/ratings", "TCP/9080");
        using var matrix = JsonDocument.Parse((await lab.EdgectlAsync("connectivity", "--matrix", "-o", "json")).Succeeded().Output);

        Assert.Equal(0, allowed.ExitCode);
        Assert.Contains("BookendPolicy default/reviews-to-ratings", allowed.Output, StringComparison.Ordinal);
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("TCP/9080", Allowed(matrix, "default/reviews-v1", "default/ratings"), StringComparison.Ordinal);
        Assert.Equal("", Allowed(matrix, "default/sleep", "default/ratings"));
    }

    [Fact]
    public async Task The_clusters_half_is_exported_from_what_the_server_has()
    {
        const string Pod = "{apiVersion: v1, kind: Pod, metadata: {name: job-1, namespace: default, labels: {app: job}}, status: {podIP: 10.99.0.1}}";
        await lab.EnforceAsync(Manifests.DefaultDeny);

        var none = await lab.EdgectlAsync("export", "--for", "kubernetes");
        (await lab.EdgectlWithInputAsync(Pod, "apply", "-f", "-")).Succeeded();
        var kubernetes = await lab.EdgectlAsync("export", "--for", "kubernetes");
        var calico = await lab.EdgectlAsync("export", "--for", "calico");
        (await lab.EdgectlWithInputAsync(Pod, "delete", "-f", "-")).Succeeded();

        Assert.Contains("nothing to export", none.Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains("kind: NetworkPolicy", kubernetes.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("policyTypes: [Egress]", kubernetes.Output, StringComparison.Ordinal);
        Assert.Contains("projectcalico.org/v3", calico.Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.EdgectlWithInputAsync(calico.Output, "lint", "-f", "-", "-o", "json")).ExitCode & 2);
    }

    [Fact]
    public async Task Status_names_revision_and_digests_of_every_host()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny);

        using var status = await lab.StatusAsync();

        var revision = status.RootElement.GetProperty("revision").GetInt64();
        var hosts = status.RootElement.GetProperty("hosts").EnumerateArray().Where(host => host.GetProperty("connected").GetBoolean()).ToList();
        Assert.Equal(lab.Topology.Hosts.Count, hosts.Count);
        Assert.All(hosts, host =>
        {
            Assert.Equal("Realized", host.GetProperty("state").GetString());
            Assert.Equal(revision, host.GetProperty("realizedRevision").GetInt64());
            Assert.Equal(host.GetProperty("wantedDigest").GetString(), host.GetProperty("policyDigest").GetString());
            Assert.Equal(64, host.GetProperty("kernelDigest").GetString()!.Length);
        });
    }

    [Fact]
    public async Task An_unknown_host_or_resource_is_a_negative_answer_and_an_unknown_kind_bad_input()
    {
        Assert.Equal(1, (await lab.EdgectlAsync("status", "default/nobody")).ExitCode);
        Assert.Equal(1, (await lab.EdgectlAsync("get", "host", "nobody")).ExitCode);
        Assert.Equal(2, (await lab.EdgectlAsync("get", "gadgets")).ExitCode);
    }

    /// <summary>The traffic that a matrix allows from one host to another, in words.</summary>
    private static string Allowed(JsonDocument matrix, string from, string to)
    {
        var ends = matrix.RootElement.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("hosts").EnumerateArray().Select(host => host.GetString()).ToList()).ToList();
        var atoms = matrix.RootElement.GetProperty("atoms").EnumerateArray().Select(atom => atom.GetProperty("traffic").GetString()!).ToList();
        var cell = matrix.RootElement.GetProperty("cells").EnumerateArray()
            .First(cell => ends[cell.GetProperty("from").GetInt32()].Contains(from) && ends[cell.GetProperty("to").GetInt32()].Contains(to));
        return string.Join(' ', cell.GetProperty("allowed").EnumerateArray().Select(atom => atoms[atom.GetInt32()]));
    }
}
