namespace EdgeAgent.Contracts.Tests;

/// <summary>However a tree came about, it proves what each of its hosts is to enforce, and nothing else.</summary>
public sealed class PolicyTrees
{
    [Fact]
    public void A_tree_proves_each_hosts_policy_and_no_other()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var fleet = new Dictionary<string, Digest>();
            var tree = PolicyTree.Empty;
            for (var step = 0; step < 25; step++)
            {
                var (moves, removed) = Changes(random, fleet);
                tree = tree.With(moves, removed);
                foreach (var host in removed)
                    fleet.Remove(host);
                foreach (var move in moves)
                {
                    foreach (var host in move.Hosts)
                        fleet[host] = move.After;
                }

                foreach (var (host, policy) in fleet)
                {
                    var proof = tree.ProofOf(host) ?? throw new InvalidOperationException($"seed {seed}, step {step}: no proof of {host}");
                    Assert.True(Proves(proof, host, policy, tree), $"seed {seed}, step {step}: {host}");
                    Assert.False(Proves(proof, host, Policy(99), tree));
                    Assert.False(Proves(proof, "default/another", policy, tree));
                    var (other, otherPolicy) = fleet.ElementAt(random.Next(fleet.Count));
                    Assert.Equal(otherPolicy == policy, Proves(proof with { Group = tree.ProofOf(other)!.Group, GroupPath = tree.ProofOf(other)!.GroupPath }, host, policy, tree));
                }

                Assert.Null(tree.ProofOf("default/another"));
                foreach (var host in removed)
                    Assert.Null(tree.ProofOf(host));
            }
        }
    }

    [Fact]
    public void What_a_tree_says_stays_what_it_is_while_others_are_made_from_it()
    {
        var one = PolicyTree.Empty.With([new(default, Policy(1), 1, ["default/a"])], []);
        var root = one.Root.ToArray();
        var two = one.With([new(Policy(1), Policy(2), 1, ["default/a"]), new(default, Policy(1), 1, ["default/b"])], []);
        Assert.Equal(root, one.Root.ToArray());
        Assert.NotEqual(root, two.Root.ToArray());
        Assert.Equal(PolicyTree.Empty.Root.ToArray(), two.With([], ["default/a", "default/b"]).Root.ToArray());
    }

    [Fact]
    public void Policies_that_change_for_all_of_their_hosts_are_told_without_looking_at_the_hosts()
    {
        var tree = PolicyTree.Empty.With([new(default, Policy(1), 3, ["a", "b", "c"])], []);
        tree = tree.With([new(Policy(1), Policy(2), 3, NotLookedAt)], []);
        Assert.True(Proves(tree.ProofOf("b")!, "b", Policy(2), tree));

        // As where one host goes over to others, and the policies of both change: it alone is looked at.
        tree = tree.With([new(default, Policy(7), 2, ["x", "y"])], []);
        PolicyMove[] moves = [new(Policy(2), Policy(8), 1, ["a"]), new(Policy(2), Policy(3), 2, NotLookedAt), new(Policy(7), Policy(8), 2, NotLookedAt)];
        foreach (var order in new[] { moves, moves.Reverse() })
        {
            var next = tree.With(order, []);
            Assert.True(Proves(next.ProofOf("a")!, "a", Policy(8), next));
            Assert.True(Proves(next.ProofOf("b")!, "b", Policy(3), next));
            Assert.True(Proves(next.ProofOf("x")!, "x", Policy(8), next));
        }
    }

    private static IEnumerable<string> NotLookedAt => Enumerable.Range(0, 1).Select<int, string>(_ => throw new InvalidOperationException("looked at"));

    [Fact]
    public void A_map_has_one_hash_however_it_came_about()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var content = new Dictionary<string, string?>();
            var map = MerkleMap.Empty;
            for (var step = 0; step < 20; step++)
            {
                var changes = new Dictionary<string, string?>();
                for (var i = random.Next(1 << random.Next(7)); i > 0; i--)
                    changes[$"host-{random.Next(120)}"] = random.Next(3) == 0 ? null : $"value {random.Next(5)}";
                map = map.With(changes);
                foreach (var (name, value) in changes)
                    content[name] = value;
                Assert.Equal(MerkleMap.Empty.With(content.Where(entry => entry.Value is not null)).Root.ToArray(), map.Root.ToArray());
                Assert.All(content, entry => Assert.Equal(entry.Value, map.ValueOf(entry.Key)));
            }
        }

        Assert.Equal(new byte[32], MerkleMap.Empty.Root.ToArray());
    }

    [Fact]
    public void Bytes_that_are_no_path_are_told_from_paths()
    {
        Assert.Null(MerkleMap.RootOf("a", "b", new byte[33]));
        Assert.Null(MerkleMap.RootOf("a", "b", new byte[32 * 257]));
        Assert.NotNull(MerkleMap.RootOf("a", "b", []));
    }

    // Some hosts of some policies go on to others, together or apart; some come, some go.
    private static (IReadOnlyList<PolicyMove> Moves, IReadOnlyList<string> Removed) Changes(Random random, Dictionary<string, Digest> fleet)
    {
        var removed = fleet.Keys.Where(_ => random.Next(12) == 0).ToList();
        var moves = new List<PolicyMove>();
        foreach (var together in fleet.Where(entry => !removed.Contains(entry.Key)).GroupBy(entry => entry.Value))
        {
            var parts = random.Next(4) switch
            {
                0 => [],
                1 => together.GroupBy(_ => random.Next(3)).Where(part => part.Key > 0).Select(part => part.ToList()).ToArray(),
                _ => new[] { together.ToList() },
            };
            foreach (var part in parts)
                moves.Add(new(together.Key, Policy(random.Next(9)), part.Count, [.. part.Select(entry => entry.Key)]));
        }

        var added = Enumerable.Range(0, random.Next(20)).Select(_ => $"default/host-{random.Next(120)}").Distinct().Where(host => !fleet.ContainsKey(host)).ToList();
        if (added.Count > 0)
            moves.Add(new(default, Policy(random.Next(9)), added.Count, added));
        return (moves, removed);
    }

    private static bool Proves(PolicyProof proof, string host, Digest policy, PolicyTree tree) =>
        proof.RootOf(host, policy) is { } root && root.AsSpan().SequenceEqual(tree.Root.Span);

    private static Digest Policy(int number) => Digest.Of($"policy {number}");
}
