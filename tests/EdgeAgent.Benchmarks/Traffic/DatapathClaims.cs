using System.Diagnostics;
using System.Globalization;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// What our table costs a new flow beside an empty ruleset, and beside the same grants as a list of rules. The hosts take turns in short rounds,
/// and of each host's rounds the fastest tenth counts: what a busy machine adds is never negative.
/// </summary>
internal static class DatapathClaims
{
    private const double MostExtra = 0.3;
    private static readonly TimeSpan RoundLength = TimeSpan.FromMilliseconds(2);
    private static readonly int[] Scales = [0, 10, 100, 1_000, 10_000];

    /// <summary>UDP packets, each the first of a flow.</summary>
    public static IEnumerable<Claim> Udp() => Compare("datapath.udp", 400, static (host, count) => host.Send(count));

    /// <summary>TCP connections, opened and reset one after the other.</summary>
    public static IEnumerable<Claim> Tcp() => Compare("datapath.tcp", 200, static (host, count) =>
    {
        host.Connect(count);
        return count;
    });

    private static IEnumerable<Claim> Compare(string claim, int rounds, Func<GrantedHost, int, int> act)
    {
        var hosts = new List<GrantedHost>();
        try
        {
            hosts.Add(GrantedHost.Empty());
            hosts.Add(GrantedHost.OneLookup());
            hosts.AddRange(Scales.Select(GrantedHost.Compiled));
            hosts.AddRange(Scales.Where(static policies => policies > 0).Select(GrantedHost.Linear));
            var times = Measure(hosts, rounds, act);
            var empty = times["empty"];
            double Extra(string kind, int policies) => times[string.Create(CultureInfo.InvariantCulture, $"{kind}.{policies}")] - empty;
            foreach (var policies in Scales)
            {
                var linear = policies == 0 ? "" : $"; linear rules +{Extra("linear", policies):0.0} us";
                yield return new($"{claim}.{policies}", Extra("compiled", policies), "us", MostExtra, $"on top of {empty:0.0} us of an empty ruleset, {GrantPolicy.Entries} entries; one look-up among so many addresses and nothing else +{times["lookup"] - empty:0.00} us{linear}");
            }

            yield return new($"{claim}.growth", Extra("compiled", Scales[^1]) - Extra("compiled", Scales[1]), "us", MostExtra, $"from {Scales[1]} to {Scales[^1]} policies");
        }
        finally
        {
            hosts.ForEach(static host => host.Dispose());
        }
    }

    private static Dictionary<string, double> Measure(List<GrantedHost> hosts, int rounds, Func<GrantedHost, int, int> act)
    {
        var counts = hosts.ToDictionary(static host => host, static host => 64);
        var times = hosts.ToDictionary(static host => host, static _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var host in hosts)
            {
                var started = Stopwatch.GetTimestamp();
                var done = act(host, counts[host]);
                var each = Stopwatch.GetElapsedTime(started).TotalMicroseconds / done;
                // The first rounds find out how many fit into one, and warm up.
                counts[host] = Math.Clamp((int)(RoundLength.TotalMicroseconds / each), 1, 2_048);
                if (round >= rounds / 10)
                    times[host].Add(each);
            }
        }

        return hosts.ToDictionary(static host => host.Name, host => times[host].Order().ElementAt(times[host].Count / 10), StringComparer.Ordinal);
    }
}
