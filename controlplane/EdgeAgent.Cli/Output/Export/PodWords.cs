using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output.Export;

/// <summary>Pods as people call them.</summary>
internal static class PodWords
{
    /// <summary>The pods that a policy selects.</summary>
    public static string Of(PodPolicy policy) => policy.Labels.IsEmpty
        ? $"pods of {policy.Namespace}"
        : $"pods of {policy.Namespace} with {string.Join(',', policy.Labels.Select(label => label.Value is null ? $"!{label.Key}" : $"{label.Key}={label.Value}"))}";
}
