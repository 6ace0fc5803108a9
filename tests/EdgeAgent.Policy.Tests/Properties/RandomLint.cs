using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>Rules that lint says no flow reaches can go.</summary>
public sealed class RandomLint
{
    private static readonly string[] Idle = [FindingCodes.ShadowedRule, FindingCodes.RedundantRule, FindingCodes.MatchesNothing];

    [Fact]
    public void Removing_rules_that_no_flow_reaches_changes_no_verdict()
    {
        var removed = new Dictionary<string, int>();
        for (var seed = 0; seed < 60; seed++)
        {
            var resources = RandomWorld.Create(seed);
            var before = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State;
            var idle = PolicyLint.Of(before).Where(finding => Idle.Contains(finding.Code)).ToList();
            foreach (var code in idle.Select(finding => finding.Code))
                removed[code] = removed.GetValueOrDefault(code) + 1;
            var policies = idle.GroupBy(finding => finding.Resource!.Value).Select(group => Without((PolicyResource)before.Resources[group.Key], [.. group.Select(finding => finding.Field)]));
            var after = PolicyEngine.Apply(before, Change.Of([.. policies])).State;
            var property = new FlowProperty(before, after, new(seed));
            property.Check(40);
            Assert.True(property.Different == 0 && ChangedFlows.Between(before, after).IsEmpty, $"seed {seed}: without {string.Join('\n', idle)}");
        }

        Assert.All(Idle, code => Assert.True(removed.GetValueOrDefault(code) > 5, $"{code}: only {removed.GetValueOrDefault(code)}"));
    }

    private static PolicyResource Without(PolicyResource policy, HashSet<string> labels)
    {
        PolicySide? Side(PolicySide? side) => side is null ? null : side with { Rules = [.. side.Rules.Where(rule => !labels.Contains(rule.Label))] };
        return policy with { Ingress = Side(policy.Ingress), Egress = Side(policy.Egress) };
    }
}
