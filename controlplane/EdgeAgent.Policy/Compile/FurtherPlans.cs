namespace EdgeAgent.Policy;

/// <summary>What is made of an identity's policies for traffic in which none of its addresses is the own end.</summary>
/// <param name="ForwardIn">Of traffic through the hosts, where it arrives; null where no policy is about that.</param>
/// <param name="ForwardOut">The same where it leaves.</param>
/// <param name="ElsewhereIn">
/// Of traffic at interfaces of a machine that others are endpoints of as well, towards addresses that the identity's endpoints do not have; null where no interfaces are told apart.
/// </param>
/// <param name="ElsewhereOut">The same from such addresses.</param>
internal readonly record struct FurtherPlans(ForwardPlan? ForwardIn, ForwardPlan? ForwardOut, ForwardPlan? ElsewhereIn, ForwardPlan? ElsewhereOut)
{
    /// <summary>Those that there are.</summary>
    public IEnumerable<ForwardPlan> All => new[] { ForwardIn, ForwardOut, ElsewhereIn, ElsewhereOut }.OfType<ForwardPlan>();
}
