using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Register numbers as the kernel speaks them (enum nft_registers): the first of each group of four 32-bit registers has the number
/// of the 128-bit register that it begins (1 to 4), the others are NFT_REG32_00 (8) and up.
/// </summary>
internal static class RegisterCodec
{
    private const uint FirstLong = 1, LastLong = 4, FirstShort = 8;
    private const byte Count = 16;

    internal static uint Encode(Register register)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(register.Index, Count, nameof(register));
        return register.Index % 4 == 0 ? FirstLong + (register.Index / 4u) : FirstShort + register.Index;
    }

    /// <summary>The register of a number; null for the verdict register, for none, and for numbers that are not registers.</summary>
    internal static Register? Decode(uint? number) => number switch
    {
        >= FirstLong and <= LastLong => new Register((byte)((number.Value - FirstLong) * 4)),
        >= FirstShort and < FirstShort + Count => new Register((byte)(number.Value - FirstShort)),
        _ => null,
    };
}
