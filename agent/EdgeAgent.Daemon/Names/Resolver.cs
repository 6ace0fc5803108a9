using System.Net;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Asks the name servers of the host in order, as often as its configuration says.</summary>
/// <param name="file">The configuration.</param>
internal sealed class Resolver(ResolverFile file)
{
    /// <summary>The addresses of one family, and who said so.</summary>
    /// <exception cref="DnsException">Nobody could say.</exception>
    internal async Task<(DnsAnswer Answer, string Source)> AskAsync(string name, IpFamily family, CancellationToken cancellation)
    {
        var problems = new Dictionary<IPAddress, string>();
        for (var attempt = 0; attempt < file.Attempts; attempt++)
        {
            foreach (var server in file.Servers)
            {
                try
                {
                    return (await new NameServer(new(server, ResolverFile.Port)).AskAsync(name, family, file.Timeout, cancellation).ConfigureAwait(false), server.ToString());
                }
                catch (DnsException e)
                {
                    problems[server] = e.Message;
                }
            }
        }

        throw new DnsException(string.Join("; ", problems.Select(problem => $"{problem.Key}: {problem.Value}")));
    }
}
