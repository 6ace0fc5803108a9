namespace EdgeAgent.Daemon.Tests;

/// <summary>The power fails after a number of steps. What was written but not flushed may then be there in any part.</summary>
internal sealed class CrashingFiles(int stepsLeft, Random random) : IDurableFiles
{
    private readonly DurableFiles _real = new();
    private readonly HashSet<string> _unflushed = [];
    private int _stepsLeft = stepsLeft;

    internal sealed class PowerFailedException : Exception;

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        if (_stepsLeft == 0)
            _real.Write(path, content[..random.Next(content.Length + 1)]);
        Step();
        _real.Write(path, content);
        _unflushed.Add(path);
    }

    public void Flush(string path)
    {
        Step();
        _real.Flush(path);
        _unflushed.Remove(path);
    }

    public void Replace(string from, string to)
    {
        Step();
        Assert.DoesNotContain(from, _unflushed);
        _real.Replace(from, to);
    }

    public void Remove(string path)
    {
        Step();
        _real.Remove(path);
    }

    public void FlushDirectory(string path)
    {
        Step();
        _real.FlushDirectory(path);
    }

    private void Step()
    {
        if (_stepsLeft-- > 0)
            return;
        foreach (var path in _unflushed)
        {
            var content = File.ReadAllBytes(path);
            File.WriteAllBytes(path, content[..random.Next(content.Length + 1)]);
        }

        throw new PowerFailedException();
    }
}
