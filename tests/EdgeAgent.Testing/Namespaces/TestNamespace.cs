using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeAgent.Testing;

/// <summary>
/// A network namespace of its own, with its loopback up. It has no name and lives as long as this object holds it open, so that
/// even a killed test run leaves nothing behind. Needs CAP_SYS_ADMIN: root, or <c>unshare -Urn</c>.
/// </summary>
public sealed class TestNamespace : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <param name="label">Who this is, for messages.</param>
    public TestNamespace(string label = "ns")
    {
        Label = label;
        _handle = OnThread(static () =>
        {
            NativeNamespaces.ThrowOnError(NativeNamespaces.Unshare(NativeNamespaces.NetworkNamespace), "unshare the network namespace");
            return File.OpenHandle("/proc/thread-self/ns/net");
        });
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}");
        Ip("link set lo up");
    }

    /// <summary>Who this is, for messages.</summary>
    public string Label { get; }

    /// <summary>A file by which sockets, <c>ip link ... netns</c> and <c>nsenter --net=</c> reach the namespace, also from other processes.</summary>
    public string Path { get; }

    /// <summary>Runs code on a thread inside the namespace. A socket or process made there stays there.</summary>
    public T Run<T>(Func<T> body) => OnThread(() =>
    {
        NativeNamespaces.ThrowOnError(NativeNamespaces.Enter(_handle, NativeNamespaces.NetworkNamespace), $"enter {Label}");
        return body();
    });

    /// <summary>Runs code on a thread inside the namespace.</summary>
    public void Run(Action body) => Run(() =>
    {
        body();
        return true;
    });

    /// <summary>Runs a program inside the namespace to its end and gives its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its errors.</exception>
    public string Execute(string program, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} in {Label} exited with {process.ExitCode}: {errors.Result}");
    }

    /// <summary>Starts a program inside the namespace; whoever starts it ends it.</summary>
    public Process Start(ProcessStartInfo start) => Run(() => Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start"));

    /// <summary>Runs <c>ip</c> with arguments separated by blanks.</summary>
    public string Ip(string arguments) => Execute("ip", arguments.Split(' '));

    /// <summary>Runs <c>nft</c>, the oracle for what others see of our table.</summary>
    public string Nft(string arguments, string? input = null) => Execute("nft", arguments.Split(' '), input);

    /// <summary>Writes a sysctl of this namespace, such as <c>net/netfilter/nf_conntrack_acct</c>.</summary>
    public void Sysctl(string name, string value) => Run(() => File.WriteAllText($"/proc/sys/{name}", value));

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static T OnThread<T>(Func<T> body)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = body();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
