namespace EdgeAgent.Cli.Tests;

/// <summary>The quickstart's manifests.</summary>
internal static class Bookinfo
{
    public const string Hosts = "0-hosts.yaml", DefaultDeny = "1-default-deny.yaml", Article = "2-article.yaml", WithoutLimits = "3-without-limits.yaml";

    /// <summary>Where a manifest is.</summary>
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "bookinfo", name);
}
