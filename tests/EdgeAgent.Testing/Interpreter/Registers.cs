using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>The sixteen 32-bit registers. A value that does not fill its last register leaves zeros there; one never written must not be read.</summary>
internal sealed class Registers
{
    private readonly byte[] _bytes = new byte[64];
    private readonly bool[] _written = new bool[16];

    public void Store(Register into, ReadOnlySpan<byte> value)
    {
        var words = (value.Length + 3) / 4;
        if (into.Index + words > 16)
            throw new InvalidRulesetException($"{value.Length} bytes do not fit at {into}");
        _bytes.AsSpan(into.Index * 4, words * 4).Clear();
        value.CopyTo(_bytes.AsSpan(into.Index * 4));
        _written.AsSpan(into.Index, words).Fill(true);
    }

    public byte[] Load(Register from, int length)
    {
        var words = (length + 3) / 4;
        if (from.Index + words > 16 || _written.AsSpan(from.Index, words).Contains(false))
            throw new InvalidRulesetException($"{length} bytes are read from {from} that no step wrote");
        return _bytes.AsSpan(from.Index * 4, length).ToArray();
    }
}
