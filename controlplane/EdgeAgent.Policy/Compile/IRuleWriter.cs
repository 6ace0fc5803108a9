using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Writes a policy's rules for the host that will enforce them: its subject, or the other end of the subject's flows.</summary>
internal interface IRuleWriter
{
    /// <summary>The subject's slots that take part in the flows in question.</summary>
    SlotSet Relevant { get; }

    /// <summary>Whether rules that only observe are written; one end of a flow observes it.</summary>
    bool Observes { get; }

    /// <summary>The compiled rules that match what a policy's rule matches at the slots, with another verdict and reference.</summary>
    /// <param name="entry">The place of the policy in the subject's stack.</param>
    /// <param name="rule">The place of the rule in the policy's side.</param>
    /// <param name="source">The rule.</param>
    /// <param name="self">The subject's slots at which it holds.</param>
    /// <param name="verdict">The verdict to write.</param>
    /// <param name="reference">The reference to write.</param>
    IEnumerable<Rule> Write(int entry, int rule, PolicyRule source, SlotSet self, Verdict verdict, PolicyReference reference);

    /// <summary>The compiled rules that match all traffic at the slots.</summary>
    IEnumerable<Rule> WriteAll(SlotSet self, Verdict verdict, PolicyReference reference);
}
