using System.Text.Json;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests;

/// <summary>An object as an API server has it, with the part of it that readers look at.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Text">A document that means what the object means; the same for objects that differ in nothing that readers look at.</param>
public sealed record ApiObject(ResourceKey Key, string Text);

/// <summary>Under which name, and with what, an object of an API server becomes a resource here.</summary>
/// <param name="Prefix">What its name is preceded by; empty for nothing.</param>
public sealed record ApiObjectForm(string Prefix)
{
    /// <summary>Labels that it gets beside its own.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>Whether a field, given by its name and value, is left out although readers look at it, because it says nothing that they do not know.</summary>
    public Func<string, JsonElement, bool> LeavesOut { get; init; } = static (_, _) => false;
}
