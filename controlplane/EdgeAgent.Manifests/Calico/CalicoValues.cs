using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>A selector field that is there; an empty text counts as none (null).</summary>
internal sealed record GivenSelector(Selector? Selector);

/// <summary>Values of Calico's API (projectcalico/api, lib/numorstring).</summary>
internal static class CalicoValues
{
    private const string GlobalWord = "global(";

    /// <summary>A protocol by name, or by number from 1 to 255.</summary>
    public static ValueType<IpProtocol> Protocol { get; } = new ScalarValue<IpProtocol>(
        "TCP, UDP, SCTP, UDPLite, ICMP, ICMPv6, or a number from 1 to 255", static (YamlScalar scalar, ReadContext context, out IpProtocol protocol) =>
        {
            protocol = default;
            if (scalar.Type == ScalarType.Integer)
            {
                var outcome = Values.ReadInteger(scalar, context, 1, 255, out var number);
                protocol = new((byte)number);
                return outcome;
            }

            // Names are spelled exactly so; what the parser also takes in another case is not.
            return scalar.Type == ScalarType.String && IpProtocol.TryParse(scalar.Text, out protocol) && protocol.Number != 0
                && (char.IsAsciiDigit(scalar.Text[0]) || scalar.Text == protocol.ToString())
                ? ScalarOutcome.Read
                : ScalarOutcome.Mismatch;
        });

    /// <summary>A port by number, range (80:90) or name.</summary>
    public static ValueType<PortMatch> Port { get; } = new ScalarValue<PortMatch>(
        $"a port from 1 to 65535, a range such as 8000:8100, or {NameSyntax.PortName}", ReadPort);

    /// <summary>A selector on labels of endpoints or namespaces, without <c>global()</c>.</summary>
    public static ValueType<GivenSelector> Selector { get; } = SelectorWhere(
        static text => !text.Contains(GlobalWord, StringComparison.Ordinal), "global() stands here; expected it as namespaceSelector of a rule's source or destination alone");

    /// <summary>A selector on labels of namespaces, which may be <c>global()</c> as a whole.</summary>
    public static ValueType<GivenSelector> NamespaceSelector { get; } = SelectorWhere(
        static text => !text.Contains(GlobalWord, StringComparison.Ordinal) || text.Trim(' ', '\t') == "global()", "global() stands beside other selectors; expected it alone");

    private static ScalarValue<GivenSelector> SelectorWhere(Func<string, bool> holds, string otherwise) => new(
        SelectorValue.Expression.Name, (YamlScalar scalar, ReadContext context, out GivenSelector? given) =>
        {
            given = null;
            if (!SelectorValue.Expression.TryRead(scalar, context, out var selector))
                return ScalarOutcome.Reported;
            given = new(scalar.Text.Length == 0 ? null : selector);
            if (holds(scalar.Text))
                return ScalarOutcome.Read;
            context.Error(scalar, otherwise);
            return ScalarOutcome.Reported;
        });

    private static ScalarOutcome ReadPort(YamlScalar scalar, ReadContext context, out PortMatch? port)
    {
        port = null;
        if (scalar.Type == ScalarType.Integer)
        {
            var outcome = Values.ReadInteger(scalar, context, 1, 65535, out var number);
            port = PortMatch.Of(PortRange.Single((ushort)number));
            return outcome;
        }

        if (scalar.Type != ScalarType.String)
            return ScalarOutcome.Mismatch;
        var colon = scalar.Text.IndexOf(':', StringComparison.Ordinal);
        var (first, last) = colon < 0 ? (scalar.Text, scalar.Text) : (scalar.Text[..colon], scalar.Text[(colon + 1)..]);
        if (IsPort(first, out var low) && IsPort(last, out var high) && low <= high)
            port = PortMatch.Of(new PortRange(low, high));
        else if (NameSyntax.IsPortName(scalar.Text))
            port = PortMatch.Named(scalar.Text);
        return port is null ? ScalarOutcome.Mismatch : ScalarOutcome.Read;
    }

    private static bool IsPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
