namespace EdgeAgent.Wire.Tests;

/// <summary>Damages bytes: cut off, changed, doubled, inserted, removed.</summary>
internal static class ByteAlteration
{
    public static byte[] Apply(byte[] bytes, Random random)
    {
        var result = bytes.ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(result.Count + 1);
            switch (random.Next(5))
            {
                case 0:
                    result.RemoveRange(at, result.Count - at);
                    break;
                case 1 when at < result.Count:
                    result[at] = (byte)random.Next(256);
                    break;
                case 2 when at < result.Count:
                    result[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 3:
                    result.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    result.InsertRange(at, result.Slice(at, Math.Min(random.Next(20), result.Count - at)));
                    break;
            }
        }

        return [.. result];
    }
}
