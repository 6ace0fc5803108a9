using System.Buffers;
using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>One name with its value: ASCII text, or bytes if the name ends in <c>-bin</c>.</summary>
    public class Entry
    {
        private readonly string? text;
        private readonly byte[]? bytes;

        /// <summary>A text entry. Throws <see cref="ArgumentException"/> for a name or a value that HTTP/2 cannot carry.</summary>
        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            ArgumentNullException.ThrowIfNull(value);
            if (IsBinary)
                throw new ArgumentException($"The name '{Key}' ends in '{BinaryHeaderSuffix}', so its value must be bytes.", nameof(key));
            if (value.AsSpan().ContainsAnyExceptInRange('\x20', '\x7e'))
                throw new ArgumentException($"The value of '{Key}' must be printable ASCII; use a '{BinaryHeaderSuffix}' name for anything else.", nameof(value));
            text = value;
        }

        /// <summary>An entry of bytes; the array is copied.</summary>
        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!IsBinary)
                throw new ArgumentException($"The name '{Key}' must end in '{BinaryHeaderSuffix}' to hold bytes.", nameof(key));
            bytes = (byte[])valueBytes.Clone();
        }

        // From the wire: text may hold what a stricter sender would refuse, such as Latin-1.
        private Entry(string key, string? text, byte[]? bytes)
        {
            Key = key;
            this.text = text;
            this.bytes = bytes;
        }

        /// <summary>The name, in lower case.</summary>
        public string Key { get; }

        /// <summary>True if the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The text. Throws <see cref="InvalidOperationException"/> if the entry holds bytes.</summary>
        public string Value => text ?? throw new InvalidOperationException($"'{Key}' holds bytes, not text.");

        /// <summary>The bytes (a copy), or the text as ASCII.</summary>
        public byte[] ValueBytes => bytes is null ? Encoding.ASCII.GetBytes(text!) : (byte[])bytes.Clone();

        internal ReadOnlySpan<byte> RawBytes => bytes;

        /// <inheritdoc/>
        public override string ToString() =>
            text is null ? $"[Entry: key={Key}, valueBytes={Convert.ToHexString(bytes!)}]" : $"[Entry: key={Key}, value={text}]";

        internal static Entry FromWire(string key, string value) => new(key, value, null);

        internal static Entry FromWire(string key, byte[] value) => new(key, null, value);

        private static string NormalizeKey(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = key.ToLowerInvariant();
            if (lower.Length == 0 || lower.AsSpan().ContainsAnyExcept(KeyCharacters))
                throw new ArgumentException($"'{key}' is no metadata name: expected letters, digits, '-', '_' and '.'.", nameof(key));
            return lower;
        }
    }
}
