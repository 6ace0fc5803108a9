using System.Diagnostics;
using System.Globalization;
using System.Text;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>
/// A shell in a network namespace, with mounts and processes of its own, in which other programs that manage a firewall run as on a host: what they
/// write under <c>/run</c>, <c>/etc</c> and <c>/var/log</c> is theirs alone, and all of them end with it.
/// </summary>
internal sealed class ForeignShell : IDisposable
{
    // Programs are patient with each other; a command that takes this long hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _shell;
    private int _commands;

    internal ForeignShell(TestNamespace host)
    {
        _shell = host.Start(new ProcessStartInfo("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        Run("""
            export PATH=/usr/sbin:/usr/bin:/sbin:/bin
            mount --make-rprivate / && mount -t tmpfs none /run && mount -t tmpfs none /var/log
            own() { mkdir -p "/run/own$(dirname "$1")" && cp -a "$1" "/run/own$1" && mount --bind "/run/own$1" "$1"; }
            # Until a command succeeds.
            await() { for i in $(seq 300); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done; "$@"; }
            """);
    }

    /// <summary>Runs commands and gives what they print; failures of the last one are errors.</summary>
    internal string Run(string commands)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"-- end {++_commands} ");
        _shell.StandardInput.Write($"{{\n{commands}\n}} 2>&1\necho; echo \"{end}$?\"\n");
        _shell.StandardInput.Flush();
        using var limit = new Timer(_ => _shell.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        var output = new StringBuilder();
        while (_shell.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith(end, StringComparison.Ordinal))
                output.AppendLine(line);
            else if (line[end.Length..] == "0")
                return output.ToString();
            else
                throw new InvalidOperationException($"{commands}\nexited with {line[end.Length..]}: {output}");
        }

        throw new InvalidOperationException($"{commands}\ndid not end within {Patience}, or ended the shell: {output}");
    }

    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
