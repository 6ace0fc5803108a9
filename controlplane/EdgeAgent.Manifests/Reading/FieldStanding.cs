namespace EdgeAgent.Manifests;

/// <summary>What becomes of a field.</summary>
public enum FieldStanding : byte
{
    /// <summary>It is enforced, or names what is.</summary>
    Enforced = 1,

    /// <summary>Policy is derived from it.</summary>
    Derived = 2,

    /// <summary>It is accepted and means nothing here.</summary>
    Ignored = 3,

    /// <summary>It cannot be enforced; a document that sets it is refused.</summary>
    Refused = 4,
}
