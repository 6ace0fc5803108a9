using System.Data.Common;
using System.Security.Cryptography;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>People and their roles. Of bearer tokens, which carry 256 random bits, the store holds hashes alone.</summary>
internal sealed class PeopleTable(IDatabase database, ActionLog actions)
{
    private const string Columns = "name, created, created_by, expires";

    /// <summary>Adds a person; false if the name is taken.</summary>
    /// <param name="person">The person.</param>
    /// <param name="secret">The secret of the bearer token; null for somebody with a certificate.</param>
    public bool Create(Person person, byte[]? secret) => database.Write(connection =>
    {
        if (connection.Scalar("SELECT 1 FROM people WHERE name = $1", person.Name) is not null)
            return false;
        connection.Execute(
            $"INSERT INTO people ({Columns}, hash) VALUES ($1, $2, $3, $4, $5)",
            person.Name, person.Created.ToMicroseconds(), person.CreatedBy, person.Expires?.ToMicroseconds(), secret is null ? null : SHA256.HashData(secret));
        foreach (var grant in person.Grants)
            Grant(connection, person.Name, grant);
        actions.Append(connection, new(person.Created, person.CreatedBy, "user created", person.Name, string.Join(", ", person.Grants.Select(Words))));
        return true;
    });

    /// <summary>Sets a person's role in a namespace; false if there is no such person.</summary>
    public bool Grant(string name, RoleGrant grant, DateTimeOffset now, string author) => database.Write(connection =>
    {
        if (connection.Scalar("SELECT 1 FROM people WHERE name = $1", name) is null)
            return false;
        Grant(connection, name, grant);
        actions.Append(connection, new(now, author, "role granted", name, Words(grant)));
        return true;
    });

    /// <summary>Removes a person; false if there is none.</summary>
    public bool Delete(string name, DateTimeOffset now, string author) => database.Write(connection =>
    {
        connection.Execute("DELETE FROM roles WHERE person = $1", name);
        if (connection.Execute("DELETE FROM people WHERE name = $1", name) != 1)
            return false;
        actions.Append(connection, new(now, author, "user deleted", name, ""));
        return true;
    });

    /// <summary>All people, by name.</summary>
    public IReadOnlyList<Person> All() => database.Read(connection => Read(connection, "ORDER BY name"));

    /// <summary>The person with a certificate of this id; null for none.</summary>
    public Person? ById(string id) => database.Read(connection => Read(connection, "WHERE name = $1 AND hash IS NULL", id)).SingleOrDefault();

    /// <summary>The person with this secret; null for none.</summary>
    public Person? BySecret(byte[] secret) => database.Read(connection => Read(connection, "WHERE hash = $1", SHA256.HashData(secret))).SingleOrDefault();

    private static string Words(RoleGrant grant) => $"{grant.Role.ToString().ToLowerInvariant()} {(grant.Namespace.Length > 0 ? $"in {grant.Namespace}" : "everywhere")}";

    private static void Grant(DbConnection connection, string name, RoleGrant grant)
    {
        connection.Execute("DELETE FROM roles WHERE person = $1 AND namespace = $2", name, grant.Namespace);
        if (grant.Role != Role.None)
            connection.Execute("INSERT INTO roles (person, namespace, role) VALUES ($1, $2, $3)", name, grant.Namespace, (int)grant.Role);
    }

    private static List<Person> Read(DbConnection connection, string which, params ReadOnlySpan<object?> values) => [.. connection
        .Rows(row => (Name: row.GetString(0), Created: row.GetInt64(1), By: row.GetString(2), Expires: row.IsDBNull(3) ? (long?)null : row.GetInt64(3)), $"SELECT {Columns} FROM people {which}", values)
        .Select(row => new Person(row.Name, Grants(connection, row.Name), row.Created.ToTime(), row.By, row.Expires?.ToTime()))];

    private static EquatableArray<RoleGrant> Grants(DbConnection connection, string name) => connection
        .Rows(row => new RoleGrant((Role)row.Small(1), row.GetString(0)), "SELECT namespace, role FROM roles WHERE person = $1 ORDER BY namespace", name)
        .ToEquatableArray();
}
