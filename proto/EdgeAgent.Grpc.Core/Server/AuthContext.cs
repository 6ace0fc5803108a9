using System.Text;

namespace Grpc.Core;

/// <summary>What the transport proves about the peer.</summary>
public class AuthContext
{
    private readonly string? identityName;
    private readonly Dictionary<string, List<AuthProperty>> properties;

    /// <summary>These properties; <paramref name="peerIdentityPropertyName"/> names the ones that say who the peer is, null for nobody.</summary>
    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        identityName = peerIdentityPropertyName;
        this.properties = properties;
    }

    /// <summary>True if the peer proved who it is.</summary>
    public bool IsPeerAuthenticated => identityName is not null;

    /// <summary>Name of the identifying properties, null for nobody.</summary>
    public string? PeerIdentityPropertyName => identityName;

    /// <summary>The identifying properties; empty for nobody.</summary>
    public IEnumerable<AuthProperty> PeerIdentity => identityName is null ? [] : FindPropertiesByName(identityName);

    /// <summary>All properties.</summary>
    public IEnumerable<AuthProperty> Properties => properties.Values.SelectMany(values => values);

    /// <summary>The properties of this name; empty if none.</summary>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) =>
        properties.TryGetValue(propertyName, out var found) ? found : [];
}

/// <summary>One fact about the peer, such as <c>x509_common_name</c>.</summary>
public class AuthProperty
{
    private readonly byte[] bytes;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        bytes = value;
    }

    /// <summary>Name of the fact.</summary>
    public string Name { get; }

    /// <summary>The value as text.</summary>
    public string Value => Encoding.UTF8.GetString(bytes);

    /// <summary>The value as bytes (a copy).</summary>
    public byte[] ValueBytes => (byte[])bytes.Clone();

    /// <summary>Makes a property; the array is copied.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, (byte[])valueBytes.Clone());
    }
}
