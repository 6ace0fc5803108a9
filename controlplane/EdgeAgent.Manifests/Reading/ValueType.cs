using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>A type of values: how it is called, and how a value of it is read.</summary>
/// <typeparam name="T">What reading gives.</typeparam>
internal abstract class ValueType<T>
{
    /// <summary>The type in words, with its article, such as <c>a port from 1 to 65535</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The fields of the object, or of each object of the list.</summary>
    public virtual IReadOnlyList<Field> Fields => [];

    /// <summary>Reads a value that is not null; reports every error in it.</summary>
    public abstract bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out T value);

    /// <summary>Reports that a value is not of this type.</summary>
    protected bool Mismatch(YamlNode node, ReadContext context) => context.Error(node, $"{node.Description}; expected {Name}");
}

/// <summary>A type whose values are scalars.</summary>
/// <param name="name">The type in words, with its article.</param>
/// <param name="read">Reads a scalar; reports what is wrong itself, or returns false without a report for a mismatch.</param>
internal sealed class ScalarValue<T>(string name, ScalarValue<T>.Reading read) : ValueType<T>
{
    /// <summary>Reads a scalar; an error that it reports ends the reading.</summary>
    public delegate ScalarOutcome Reading(YamlScalar scalar, ReadContext context, [MaybeNull] out T value);

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not YamlScalar scalar)
            return Mismatch(node, context);
        return read(scalar, context, out value) switch
        {
            ScalarOutcome.Read => true,
            ScalarOutcome.Reported => false,
            _ => Mismatch(node, context),
        };
    }
}

/// <summary>How reading a scalar ended.</summary>
internal enum ScalarOutcome : byte
{
    /// <summary>There is a value.</summary>
    Read,

    /// <summary>It is not of the type; nothing was reported yet.</summary>
    Mismatch,

    /// <summary>It is wrong, and that was reported.</summary>
    Reported,
}
