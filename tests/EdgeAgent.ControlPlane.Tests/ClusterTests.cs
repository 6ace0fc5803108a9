using System.Text.Json.Nodes;
using EdgeAgent.ControlPlane.Tests.ApiServer;
using EdgeAgent.Wire.V1;
using static EdgeAgent.ControlPlane.Tests.FollowedCluster;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>What a cluster's API server has is in force here, and each change of it soon is.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task What_a_cluster_has_is_one_revision_and_holds_what_matters_alone()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Set(Namespaces, ApiObjects.Namespace("shop", ("team", "a")));
        for (var i = 0; i < 30; i++)
            api.Set(Pods, ApiObjects.Pod("shop", $"web-{i:00}", $"10.244.0.{i}", "web"));
        api.Set(Pods, ApiObjects.Pod("shop", "pending", null, "web", "Pending"));
        api.Set(Pods, ApiObjects.Pod("shop", "done", "10.244.1.1", "web", "Succeeded"));
        api.Set(ServicePath, ApiObjects.Service("shop", "web", "web"));
        api.Set(Policies, ApiObjects.Policy("shop", "p", "web", "db"));

        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        var revision = Assert.Single(await RevisionsAsync(server));
        Assert.Equal(33, revision.Changes.Count);
        Assert.Equal("30 Pod, 1 Namespace, 1 NetworkPolicy, 1 Service", revision.Note);
        Assert.Equal(30, (await NamesAsync(server, "Pod")).Count);
        Assert.Equal(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web-07
              namespace: shop
              labels:
                app: web
                edgeagent.io/cluster: east
            spec:
              serviceAccountName: web
              containers:
                - ports:
                    - name: http
                      containerPort: 8080
                      protocol: TCP
            status:
              podIP: 10.244.0.7
              podIPs:
                - ip: 10.244.0.7

            """,
            await YamlAsync(server, "Pod", "shop", "web-07"));
        var cluster = Assert.Single(await ClustersAsync(server));
        Assert.Equal((33, 0, true, 1L), (cluster.Resources, cluster.RefusedCount, cluster.FollowedHere, cluster.Revision));
        Assert.Equal(30, cluster.Kinds.Single(kind => kind.Kind == "Pod").Objects);
        Assert.Equal(ClusterKindState.Absent, cluster.Kinds.Single(kind => kind.Kind == "AuthorizationPolicy").State);
        Assert.All(api.Requests, request => Assert.DoesNotContain("secret", request, StringComparison.Ordinal));
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task Thousands_of_pods_are_one_revision_beside_what_istio_says_of_them()
    {
        const int Many = 2_000;
        await using var api = await TestApiServer.StartAsync();
        api.PageLimit = 500;
        api.IsAbsent = static path => path.Contains("projectcalico.org/", StringComparison.Ordinal);
        for (var i = 0; i < Many; i++)
            api.Set(Pods, ApiObjects.Pod("shop", $"web-{i}", $"10.{100 + (i / 250)}.{i % 250}.1", $"app-{i % 20}"));
        for (var i = 0; i < 20; i++)
            api.Set(ServicePath, ApiObjects.Service("shop", $"app-{i}", $"app-{i}"));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);

        Assert.Equal($"{Many} Pod, 20 Service", Assert.Single(await RevisionsAsync(server)).Note);
        Assert.Equal(Many, (await NamesAsync(server, "Pod")).Count);
        Assert.Equal(4, api.Requests.Count(request => request.StartsWith(Pods, StringComparison.Ordinal) && request.Contains("limit=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_pod_that_moves_is_one_element_at_the_hosts_that_may_talk_to_it_and_nothing_at_others()
    {
        await using var api = await TestApiServer.StartAsync();
        for (var i = 1; i <= 50; i++)
            api.Set(Pods, ApiObjects.Pod("default", $"web-{i}", $"10.244.{i}.1", "web"));
        api.Set(Policies, ApiObjects.Policy("default", "p", "web", "db"));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        await using var db = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("db", "10.0.0.1", ("app", "db")));
        await db.SyncAsync(2);
        await using var other = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("other", "10.0.0.2", ("app", "other")));
        await other.SyncAsync(3);
        await db.SyncAsync(3);

        for (var move = 1; move <= 3; move++)
        {
            var (deltas, quiet) = (db.Count(ServerMessage.MessageOneofCase.Delta), other.Count(ServerMessage.MessageOneofCase.Delta));
            api.Set(Pods, ApiObjects.Pod("default", "web-7", $"10.245.{move}.1", "web"));
            await db.SyncAsync(3 + move);
            await other.SyncAsync(3 + move);
            Assert.Equal(deltas + 1, db.Count(ServerMessage.MessageOneofCase.Delta));
            Assert.Equal(quiet, other.Count(ServerMessage.MessageOneofCase.Delta));
            var delta = db.Messages.Last(message => message.MessageCase == ServerMessage.MessageOneofCase.Delta).Delta;
            Assert.Null(delta.Inbound);
            Assert.Null(delta.Outbound);
            var set = Assert.Single(delta.SetChanges);
            var addresses = db.Policy!.Sets[set.Id].Prefixes;
            Assert.Equal(50, addresses.Count);
            Assert.Contains(Contracts.Cidr.Parse($"10.245.{move}.1/32"), addresses);
        }
    }

    [Fact]
    public async Task What_says_nothing_of_who_may_reach_whom_makes_no_revision()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Set(Pods, ApiObjects.Pod("shop", "web", "10.244.0.1", "web"));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        for (var i = 0; i < 20; i++)
        {
            var pod = ApiObjects.Pod("shop", "web", "10.244.0.1", "web");
            pod["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["message"] = $"{i}" });
            pod["metadata"]!["annotations"]!["example.com/beat"] = $"{i}";
            api.Set(Pods, pod);
            api.Set(Pods, ApiObjects.Pod("shop", $"job-{i}", null, "job", "Pending"));
        }

        api.Set(Pods, ApiObjects.Pod("shop", "last", "10.244.0.2", "web"));
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "Pod")).Contains("shop/last"), "the last change is there");
        Assert.Equal([1, 1], (await RevisionsAsync(server)).Select(revision => revision.Changes.Count));
    }

    [Fact]
    public async Task A_bad_object_stops_no_other_is_shown_and_its_last_good_version_stays()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Set(Policies, ApiObjects.Policy("shop", "good", "web", "db"));
        var bad = ApiObjects.Policy("shop", "bad", "web", "db");
        bad["spec"]!["ingres"] = new JsonArray();
        api.Set(Policies, bad);
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        Assert.Equal(["shop/good"], await NamesAsync(server, "NetworkPolicy"));

        var turnedBad = ApiObjects.Policy("shop", "good", "other", "db");
        turnedBad["spec"]!["podSelector"]!["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "a", ["operator"] = "Sometimes" });
        api.Set(Policies, turnedBad);
        api.Set(Pods, ApiObjects.Pod("shop", "web", "10.244.0.1", "web"));
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].RefusedCount == 2, "both are shown");
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "Pod")).Count == 1, "others go on");
        Assert.Contains("app: web", await YamlAsync(server, "NetworkPolicy", "shop", "good"), StringComparison.Ordinal);
        var refused = (await ClustersAsync(server))[0].Refused;
        Assert.Contains(refused, item => item.Key.Name == "bad" && item.Reason.Contains("did you mean 'ingress'", StringComparison.Ordinal));
        Assert.Contains(refused, item => item.Key.Name == "good" && item.Reason.Contains("Sometimes", StringComparison.Ordinal));

        api.Set(Policies, ApiObjects.Policy("shop", "good", "other", "db"));
        api.Delete(Policies, "shop/bad");
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].RefusedCount == 0, "nothing is refused any more");
        await Eventually.HoldsAsync(async () => (await YamlAsync(server, "NetworkPolicy", "shop", "good"))!.Contains("other", StringComparison.Ordinal), "the good version is in force");
    }

    [Fact]
    public async Task What_clashes_with_others_waits_until_it_does_so_no_longer()
    {
        await using var api = await TestApiServer.StartAsync();
        api.IsAbsent = static path => path.Contains("istio", StringComparison.Ordinal) || path.Contains("crd.", StringComparison.Ordinal);
        api.Set(GlobalPolicies, ApiObjects.GlobalPolicy("lost", "security"));
        api.Set(GlobalPolicies, ApiObjects.GlobalPolicy("fine", "default"));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        Assert.Equal(["/fine"], await NamesAsync(server, "GlobalNetworkPolicy"));
        Assert.Contains("tier", Assert.Single((await ClustersAsync(server))[0].Refused).Reason, StringComparison.Ordinal);

        api.Set(Tiers, ApiObjects.Tier("security", 10));
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "GlobalNetworkPolicy")).Count == 2, "the policy has its tier");
        Assert.Empty((await ClustersAsync(server))[0].Refused);

        // A tier that a policy is in cannot go before the policy.
        api.Delete(Tiers, "/security");
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].RefusedCount == 1, "the tier is needed");
        api.Delete(GlobalPolicies, "/lost");
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "Tier")).Count == 0 && (await NamesAsync(server, "GlobalNetworkPolicy")).Count == 1, "both are gone");
    }

    [Fact]
    public async Task Nothing_is_in_force_before_all_kinds_were_read_and_a_kind_that_is_forbidden_is_said()
    {
        await using var api = await TestApiServer.StartAsync();
        api.IsForbidden = static path => path == Pods;
        api.Set(Policies, ApiObjects.Policy("shop", "p", "web", "db"));
        api.Set(Pods, ApiObjects.Pod("shop", "web", "10.244.0.1", "web"));
        await using var server = await StartAsync(Of(api));
        await Eventually.HoldsAsync(
            async () => (await ClustersAsync(server))[0].Kinds.Any(kind => kind is { Kind: "Pod", State: ClusterKindState.Failing } && kind.Problem.Contains("403 api/v1/pods is forbidden", StringComparison.Ordinal)), "the refusal is shown");
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].Kinds.Any(kind => kind is { Kind: "NetworkPolicy", State: ClusterKindState.Following }), "policies are read");
        await Task.Delay(500);
        Assert.Equal(0, (await server.Admin.ListAsync(new())).Revision);

        api.IsForbidden = static _ => false;
        await SyncedAsync(server);
        Assert.Equal(2, Assert.Single(await RevisionsAsync(server)).Changes.Count);

        // What was known stays when the right is taken away.
        api.IsForbidden = static path => path == Pods;
        api.EndWatches();
        await Eventually.HoldsAsync(async () => !(await ClustersAsync(server))[0].Synced, "the kind fails");
        api.Set(Policies, ApiObjects.Policy("shop", "q", "web", "db"));
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "NetworkPolicy")).Count == 2, "other kinds go on");
        Assert.Single(await NamesAsync(server, "Pod"));
    }

    [Fact]
    public async Task A_kind_is_taken_up_when_it_is_installed_and_given_up_when_it_stays_away()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Set(Namespaces, ApiObjects.Namespace("shop"));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        api.Set(GlobalPolicies, ApiObjects.GlobalPolicy("p", "default"));
        api.IsAbsent = static path => path.Contains("istio", StringComparison.Ordinal) || path.Contains("crd.", StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "GlobalNetworkPolicy")).Count == 1, "the kind is there");

        api.IsAbsent = static path => path.Contains("calico", StringComparison.Ordinal) || path.Contains("istio", StringComparison.Ordinal);
        api.EndWatches();
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].Kinds.Single(kind => kind.Kind == "GlobalNetworkPolicy").State == ClusterKindState.Absent, "the kind is away");
        Assert.Single(await NamesAsync(server, "GlobalNetworkPolicy"));
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "GlobalNetworkPolicy")).Count == 0, "its objects are given up");
    }

    [Fact]
    public void The_account_for_clusters_may_list_and_watch_what_is_followed_and_nothing_else()
    {
        var role = File.ReadAllText(Path.Combine(Root(), "packaging", "kubernetes", "edgecontrol-reader.yaml"));
        var granted = System.Text.RegularExpressions.Regex.Matches(role, @"- apiGroups: \[(.*)\]\n  resources: \[(.*)\]\n  verbs: \[list, watch\]\n")
            .SelectMany(rule => rule.Groups[1].Value.Split(", "), (rule, group) => (Rule: rule, Group: group.Trim('"')))
            .SelectMany(rule => rule.Rule.Groups[2].Value.Split(", "), (rule, resource) => $"{rule.Group}/{resource}");
        var asked = Clusters.FollowedKinds.All.SelectMany(kind => kind.ApiVersions, (kind, version) => $"{(version.Contains('/', StringComparison.Ordinal) ? version.Split('/')[0] : "")}/{kind.Plural}");
        Assert.Equal(asked.Distinct().Order(StringComparer.Ordinal), granted.Order(StringComparer.Ordinal));
        Assert.Equal(role.Split("verbs: [list, watch]").Length, role.Split("verbs:").Length);

        static string Root()
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory.FullName, "EdgeAgent.sln")))
                directory = directory.Parent ?? throw new InvalidOperationException("the tests do not run within the repository");
            return directory.FullName;
        }
    }

    [Fact]
    public async Task A_restart_makes_one_revision_of_what_changed_meanwhile_and_none_of_nothing()
    {
        await using var api = await TestApiServer.StartAsync();
        for (var i = 1; i <= 20; i++)
            api.Set(Pods, ApiObjects.Pod("shop", $"web-{i}", $"10.244.0.{i}", "web"));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        await server.RestartAsync();
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].Synced, "the cluster is known again");
        await server.RestartAsync(() =>
        {
            api.Delete(Pods, "shop/web-3");
            api.Set(Pods, ApiObjects.Pod("shop", "web-4", "10.244.1.4", "web"));
            api.Set(Pods, ApiObjects.Pod("shop", "web-21", "10.244.0.21", "web"));
            return Task.CompletedTask;
        });
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "Pod")).Contains("shop/web-21"), "what changed is there");
        Assert.Equal([20, 3], (await RevisionsAsync(server)).Select(revision => revision.Changes.Count));
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task What_people_declare_comes_before_what_a_cluster_has()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Set(Namespaces, ApiObjects.Namespace("default", ("team", "cluster")));
        await using var server = await StartAsync(Of(api));
        await SyncedAsync(server);
        await server.AcceptAsync("apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: people}}\n");
        Assert.Contains("people", await YamlAsync(server, "Namespace", "", "default"), StringComparison.Ordinal);
        api.Set(Namespaces, ApiObjects.Namespace("default", ("team", "cluster2")));
        await Eventually.HoldsAsync(async () => (await RevisionsAsync(server)).Count == 2, "the cluster's change is stored");
        Assert.Contains("people", await YamlAsync(server, "Namespace", "", "default"), StringComparison.Ordinal);

        var request = new DeleteRequest { Author = "tester" };
        request.Keys.Add(new ResourceKey { Kind = "Namespace", Name = "default" });
        Assert.Contains("cluster:east has it, so that it is in force again", Assert.Single((await server.Admin.DeleteAsync(request)).Diagnostics).Message, StringComparison.Ordinal);
        Assert.Contains("cluster2", await YamlAsync(server, "Namespace", "", "default"), StringComparison.Ordinal);
        Assert.Contains("delete it there", Assert.Single((await server.Admin.DeleteAsync(request)).Diagnostics).Message, StringComparison.Ordinal);
        Assert.NotNull(await YamlAsync(server, "Namespace", "", "default"));
        Assert.True((await server.Admin.RollbackAsync(new() { Revision = 0 })).Accepted);
        Assert.NotNull(await YamlAsync(server, "Namespace", "", "default"));
    }

    [Fact]
    public async Task Several_clusters_are_kept_apart_by_prefixes_and_one_may_be_forgotten()
    {
        await using var east = await TestApiServer.StartAsync(1);
        await using var west = await TestApiServer.StartAsync(2);
        foreach (var (api, address, team) in new[] { (east, "10.1.0.1", "same"), (west, "10.2.0.1", "other") })
        {
            api.Set(Pods, ApiObjects.Pod("shop", "web", address, "web"));
            api.Set(Policies, ApiObjects.Policy("shop", "p", "web", "db"));
            api.Set(Namespaces, ApiObjects.Namespace("shop", ("team", team)));
            api.Set(ServicePath, ApiObjects.Service("shop", "web", "web"));
        }

        var directory = "";
        await using var server = await TestServer.StartAsync(plain =>
        {
            directory = plain.DataDirectory;
            return plain with { Clusters = [Of(east), Of(west, "west", "w-")] };
        });
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server)).All(cluster => cluster is { Synced: true, Resources: > 0 }), "both are known");
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server)).Sum(cluster => cluster.RefusedCount) == 1, "there is one namespace of that name");
        Assert.Equal(["shop/w-web", "shop/web"], (await NamesAsync(server, "Pod")).Order(StringComparer.Ordinal));
        Assert.Equal(["shop/p", "shop/w-p"], (await NamesAsync(server, "NetworkPolicy")).Order(StringComparer.Ordinal));
        Assert.Equal(["shop/web"], await NamesAsync(server, "Service"));
        Assert.Contains("edgeagent.io/cluster: west", await YamlAsync(server, "Pod", "shop", "w-web"), StringComparison.Ordinal);
        var held = Assert.Single((await ClustersAsync(server)).SelectMany(cluster => cluster.Refused));
        Assert.Equal(("Namespace", "shop"), (held.Key.Kind, held.Key.Name));

        // The cluster that has it gives it up: the other's is in force.
        var holder = held.Reason.StartsWith("cluster:west", StringComparison.Ordinal) ? west : east;
        holder.Delete(Namespaces, "/shop");
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server)).Sum(cluster => cluster.RefusedCount) == 0, "nobody is refused");
        await Eventually.HoldsAsync(async () => (await YamlAsync(server, "Namespace", "", "shop"))?.Contains(holder == west ? "same" : "other", StringComparison.Ordinal) == true, "the other's namespace is there");
    }

    [Fact]
    public async Task A_cluster_that_is_to_be_forgotten_leaves_nothing()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Set(Pods, ApiObjects.Pod("shop", "web", "10.1.0.1", "web"));
        api.Set(Policies, ApiObjects.Policy("shop", "p", "web", "db"));
        using var directory = new TestDirectory();
        await using (var server = await TestServer.StartAsync(plain => plain with { DataDirectory = directory["data"], Clusters = [Of(api)] }))
            await SyncedAsync(server);
        await using (var server = await TestServer.StartAsync(plain => plain with { DataDirectory = directory["data"] }))
            Assert.Equal(2, (await server.Admin.ListAsync(new())).Resources.Count);
        await using (var server = await TestServer.StartAsync(plain => plain with { DataDirectory = directory["data"], Clusters = [Of(api) with { Forget = true }] }))
            await Eventually.HoldsAsync(async () => (await server.Admin.ListAsync(new())).Resources.Count == 0, "all is gone");
    }
}
