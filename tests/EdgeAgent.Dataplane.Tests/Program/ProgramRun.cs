using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>A program and a kernel that follow a policy from change to change, each compared with a compilation from scratch.</summary>
internal sealed class ProgramRun
{
    private readonly FakeKernel _kernel;
    private HostPolicySummary _summary;
    private PolicyProgram _program;

    public ProgramRun(HostPolicy policy)
    {
        (Policy, _summary) = (policy, HostPolicySummary.Of(policy));
        _program = PolicyProgram.Compile(policy, _summary.Digest, CompileOptions.Default);
        _kernel = new(_program.Ruleset);
    }

    public HostPolicy Policy { get; private set; }

    /// <summary>The last change that was made without compiling.</summary>
    public Transaction? Last { get; private set; }

    /// <summary>How often it was compiled from scratch after the beginning.</summary>
    public int Compiled { get; private set; }

    /// <summary>Goes on to the next policy; whether that took no compilation.</summary>
    public bool Step(HostPolicy wanted, string context)
    {
        var held = RulesetText.Of(_kernel.Ruleset!);
        var options = CompileOptions.Default with { SizesInUse = SetSizes.Of(_kernel.Ruleset!) };
        var expected = RulesetCompiler.Compile(wanted, options);
        var (policy, summary) = HostPolicyDelta.Between(Policy, wanted).ApplyTo(Policy, _summary);
        Assert.Equal(HostPolicyDigest.Of(wanted), summary.Digest);
        Assert.True(HostPolicySummary.TryCompareSets(_summary, summary, out var sets), context);

        Last = _program.TryChange(sets, new(policy.Revision, summary.Digest));
        if (Last is not null)
        {
            _kernel.Apply(Last);
            _program.Confirm();
        }
        else
        {
            Compiled++;
            _program = PolicyProgram.Compile(policy, summary.Digest, options);
            _kernel.Apply(RulesetDiffer.Plan(_kernel.Ruleset, _program.Ruleset));
        }

        (Policy, _summary) = (policy, summary);
        if (RulesetText.Of(expected) is var text && text != RulesetText.Of(_kernel.Ruleset!))
            Assert.Fail($"{context}: expected\n{text}\nbut the kernel holds\n{RulesetText.Of(_kernel.Ruleset!)}\nbefore the change it held\n{held}");

        // Asked for only now and then, so that changes gather.
        if (policy.Revision.Number % 3 == 0)
        {
            Assert.True(text == RulesetText.Of(_program.Ruleset), $"{context}: expected\n{text}\nthe program says\n{RulesetText.Of(_program.Ruleset)}");
            Assert.Equal((RulesetDigest.Of(expected), Stamp.Of(expected)), (RulesetDigest.Of(_program.Ruleset), Stamp.Of(_program.Ruleset)));
        }

        return Last is not null;
    }
}
