using System.Security.Cryptography;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Embedded authorities as people and programs read them.</summary>
internal static class AuthorityOutput
{
    private const int ShortKey = 12;

    /// <summary>What people call an authority.</summary>
    public static string Short(string key) => key[..Math.Min(ShortKey, key.Length)];

    /// <summary>Its certificate in PEM.</summary>
    public static string Pem(Authority authority) => PemEncoding.WriteString("CERTIFICATE", authority.Certificate.Span);

    public static void WriteTable(Terminal terminal, ListAuthoritiesResponse response)
    {
        var table = new TextTable("KEY", "STATE", "TRUSTED BY", "CERTIFICATES OF", "UNTIL");
        foreach (var authority in response.Authorities)
        {
            table.Add(
                Short(authority.Key),
                Word(authority.State),
                $"{authority.TrustedBy} of {response.Hosts} hosts",
                $"{authority.CertifiedBy} of {response.Hosts} hosts",
                Words.Instant(authority.NotAfter.ToDateTimeOffset()));
        }

        table.WriteTo(terminal.Output);
        terminal.Output.WriteLine($"{response.UpToDate} of {response.Hosts} hosts have what the newest step gave them{(response.Behind.Count > 0 ? $"; not yet: {string.Join(", ", response.Behind)}" : "")}.");
    }

    public static void WriteJson(Terminal terminal, ListAuthoritiesResponse response) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("authorities");
        foreach (var authority in response.Authorities)
        {
            json.WriteStartObject();
            json.WriteString("key", authority.Key);
            json.WriteString("state", Word(authority.State));
            json.WriteNumber("trustedBy", authority.TrustedBy);
            json.WriteNumber("certifiedBy", authority.CertifiedBy);
            json.WriteString("notAfter", Words.Instant(authority.NotAfter.ToDateTimeOffset()));
            json.WriteString("certificate", Pem(authority));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("hosts", response.Hosts);
        json.WriteNumber("upToDate", response.UpToDate);
        json.WriteTexts("behind", response.Behind);
        json.WriteEndObject();
    });

    private static string Word(AuthorityState state) => state.ToString().ToLowerInvariant();
}
