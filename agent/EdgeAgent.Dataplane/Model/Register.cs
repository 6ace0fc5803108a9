namespace EdgeAgent.Dataplane;

/// <summary>
/// A 32-bit register of the nf_tables machine, 0 to 15 (NFT_REG32_00 to NFT_REG32_15).
/// A value of n bytes fills the registers from this one on; a concatenated key is its fields in following registers.
/// </summary>
public readonly record struct Register(byte Index)
{
    /// <summary>The register after a value of so many bytes.</summary>
    public Register After(int bytes) => new((byte)(Index + ((bytes + 3) / 4)));

    /// <inheritdoc/>
    public override string ToString() => $"r{Index}";
}
