using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>One field of an object: its name, its type, and what becomes of it.</summary>
internal abstract class Field(string name, bool isRequired, FieldStanding standing, string note)
{
    private const string AnyName = "*";

    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>Whether it stands for all fields that its table does not name.</summary>
    public bool IsOthers => name == AnyName;

    /// <summary>Whether what the field holds is looked at; false for one that is accepted whatever it holds.</summary>
    public virtual bool IsLookedAt => true;

    /// <summary>The fields of the object, or of each object of the list; empty for other types.</summary>
    public virtual IReadOnlyList<Field> Fields => [];

    /// <summary>Whether a document must have it.</summary>
    public bool IsRequired => isRequired;

    /// <summary>What becomes of it.</summary>
    public FieldStanding Standing => standing;

    /// <summary>The reading, the default, or the reason for refusing it.</summary>
    public string Note => note;

    /// <summary>The type in words.</summary>
    public abstract string TypeName { get; }

    /// <summary>The description of the field and what lies within.</summary>
    public abstract FieldDescription Describe();

    /// <summary>A field that is enforced and may be left out.</summary>
    public static Field<T> Optional<T>(string name, ValueType<T> type, string note) => new(name, type, false, FieldStanding.Enforced, note);

    /// <summary>A field that is enforced and must be there.</summary>
    public static Field<T> Required<T>(string name, ValueType<T> type, string note) => new(name, type, true, FieldStanding.Enforced, note);

    /// <summary>A field that is accepted whatever it holds, and means nothing here.</summary>
    public static Field Ignored(string name, string note) => new IgnoredField(name, note);

    /// <summary>Stands for every field that a table does not name: accepted whatever it holds, because nobody could name them all.</summary>
    public static Field Others(string note) => new IgnoredField(AnyName, note);

    /// <summary>A field that is read and checked, and means nothing here.</summary>
    public static Field<T> Checked<T>(string name, ValueType<T> type, string note) => new(name, type, false, FieldStanding.Ignored, note);

    /// <summary>A field that may not be set.</summary>
    /// <param name="name">The name.</param>
    /// <param name="reason">Why, and after a semicolon what to do instead.</param>
    /// <param name="harmless">A value that says no more than leaving the field out, such as <c>false</c>.</param>
    public static Field Refused(string name, string reason, string? harmless = null) => new RefusedField(name, reason, harmless);

    /// <summary>Looks at a value that is present, before it is read.</summary>
    public virtual void CheckPresent(YamlScalar key, YamlNode value, ReadContext context)
    {
    }

    private sealed class IgnoredField(string name, string note) : Field(name, false, FieldStanding.Ignored, note)
    {
        public override string TypeName => "anything";

        public override bool IsLookedAt => false;

        public override FieldDescription Describe() => new(Name, TypeName, false, Standing, Note, []);
    }

    private sealed class RefusedField(string name, string reason, string? harmless) : Field(name, false, FieldStanding.Refused, reason)
    {
        public override string TypeName => harmless switch { null => "nothing", "" => "nothing, or an empty string", _ => $"nothing, or {harmless}" };

        public override FieldDescription Describe() => new(Name, TypeName, false, Standing, Note, []);

        public override void CheckPresent(YamlScalar key, YamlNode value, ReadContext context)
        {
            if (harmless is null || value is not YamlScalar scalar || !scalar.Text.Equals(harmless, StringComparison.OrdinalIgnoreCase))
                context.Error(key, $"field {Quotation.Quoted(Name)} cannot be enforced: {Note}");
        }
    }
}

/// <summary>A field that is read.</summary>
internal sealed class Field<T>(string name, ValueType<T> type, bool isRequired, FieldStanding standing, string note)
    : Field(name, isRequired, standing, note)
{
    /// <summary>The type of its values.</summary>
    public ValueType<T> Type => type;

    /// <inheritdoc/>
    public override string TypeName => type.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Fields => type.Fields;

    /// <summary>The same field where policy is derived from it.</summary>
    public Field<T> Derived() => new(Name, type, IsRequired, FieldStanding.Derived, Note);

    /// <inheritdoc/>
    public override FieldDescription Describe() =>
        new(Name, TypeName, IsRequired, Standing, Note, [.. type.Fields.Select(field => field.Describe())]);
}
