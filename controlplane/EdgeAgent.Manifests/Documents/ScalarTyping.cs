using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace EdgeAgent.Manifests.Documents;

/// <summary>
/// The type of a plain scalar as kubectl reads it (sigs.k8s.io/yaml over go-yaml 2: YAML 1.1 booleans and numbers, without base 60).
/// So <c>yes</c> and <c>on</c> are booleans and 1.10 is a number: as a label's value they must be quoted, here as there. The letters
/// <c>y</c> and <c>n</c> are text, since writers disagree on them, and no field here takes them for a boolean.
/// </summary>
internal static partial class ScalarTyping
{
    private static readonly Dictionary<string, ScalarType> Words = WordTypes();

    /// <summary>The type of a scalar written without quotes.</summary>
    public static ScalarType OfPlain(string text)
    {
        if (text.Length == 0)
            return ScalarType.Null;
        if (text.Length <= 5 && Words.TryGetValue(text, out var word))
            return word;
        if (text.Length > 64 || !(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
            return ScalarType.String;
        if (TryReadInteger(text, out _))
            return ScalarType.Integer;
        return DecimalNumber().IsMatch(text.Replace("_", "", StringComparison.Ordinal)) ? ScalarType.Float : ScalarType.String;
    }

    /// <summary>The boolean that a text of boolean type means.</summary>
    public static bool ReadBoolean(string text) => text[0] is 'y' or 'Y' or 't' or 'T' || text.Equals("on", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads decimal, 0x, 0o, 0b and (leading zero) octal digits with optional sign and underscores.</summary>
    public static bool TryReadInteger(string text, out BigInteger value)
    {
        value = default;
        var plain = text.Replace("_", "", StringComparison.Ordinal).AsSpan();
        var negative = plain.StartsWith("-");
        if (negative || plain.StartsWith("+"))
            plain = plain[1..];
        var radix = 10;
        if (plain.Length > 1 && plain[0] == '0')
        {
            radix = plain[1] switch { 'x' or 'X' => 16, 'b' or 'B' => 2, _ => 8 };
            plain = plain[(radix == 8 && plain[1] is not ('o' or 'O') ? 1 : 2)..];
        }

        if (plain.Length == 0 || plain[0] is '+' or '-')
            return false;
        foreach (var digit in plain)
        {
            var number = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            if (number >= radix)
                return false;
            value = (value * radix) + number;
        }

        if (negative)
            value = -value;
        return true;
    }

    /// <summary>Whether the digits mean another number to those who do not expect octal.</summary>
    public static bool LooksDecimalButIsOctal(string text)
    {
        var digits = text.AsSpan().TrimStart("+-");
        return digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]);
    }

    /// <summary>Reads a number of integer or float type.</summary>
    public static bool TryReadNumber(string text, out double value)
    {
        if (TryReadInteger(text, out var integer))
        {
            value = (double)integer;
            return true;
        }

        return double.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static Dictionary<string, ScalarType> WordTypes()
    {
        var words = new Dictionary<string, ScalarType>(StringComparer.Ordinal) { ["~"] = ScalarType.Null };
        void Add(ScalarType type, params ReadOnlySpan<string> texts)
        {
            foreach (var text in texts)
            {
                words[text] = type;
                words[text.ToUpperInvariant()] = type;
                words[text.Length > 1 ? char.ToUpperInvariant(text[0]) + text[1..] : text] = type;
            }
        }

        Add(ScalarType.Null, "null");
        Add(ScalarType.Boolean, "yes", "no", "true", "false", "on", "off");
        foreach (var text in (ReadOnlySpan<string>)["inf", "Inf", "INF"])
            (words["." + text], words["+." + text], words["-." + text]) = (ScalarType.Float, ScalarType.Float, ScalarType.Float);
        (words[".nan"], words[".NaN"], words[".NAN"]) = (ScalarType.Float, ScalarType.Float, ScalarType.Float);
        return words;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalNumber();
}
