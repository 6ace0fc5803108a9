using System.Globalization;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Short forms for statements with values <c>$1</c>, <c>$2</c>, ...; null is NULL.</summary>
internal static class Statements
{
    /// <summary>A statement with its values.</summary>
    public static SqliteCommand Statement(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${(i + 1).ToString(CultureInfo.InvariantCulture)}", values[i] switch { null => DBNull.Value, string text => Storable(text), var value => value });
        return command;
    }

    /// <summary>Runs a statement; the number of rows that it changed.</summary>
    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Statement(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first value of the first row, or null.</summary>
    public static object? Scalar(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Statement(sql, values);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    /// <summary>All rows, each as <paramref name="read"/> makes it.</summary>
    public static List<T> Rows<T>(this SqliteConnection connection, Func<SqliteDataReader, T> read, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Statement(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>A text as the store keeps it: SQLite's texts end at their first NUL, so that one becomes U+FFFD.</summary>
    public static string Storable(string text) => text.Replace('\0', '\uFFFD');

    /// <summary>Microseconds since 1970.</summary>
    public static long ToMicroseconds(this DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A time of microseconds since 1970, in UTC.</summary>
    public static DateTimeOffset ToTime(this long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
