using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Short forms for statements with values <c>$1</c>, <c>$2</c>, ...; null is NULL.</summary>
internal static class Statements
{
    /// <summary>A statement with its values.</summary>
    public static DbCommand Statement(this DbConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Take(values);
        return command;
    }

    /// <summary>Runs a statement that <see cref="Statement"/> made once more, with other values of the same number; it is not parsed again.</summary>
    public static int Execute(this DbCommand command, params ReadOnlySpan<object?> values)
    {
        command.Take(values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement; the number of rows that it changed.</summary>
    public static int Execute(this DbConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Statement(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first value of the first row, or null.</summary>
    public static object? Scalar(this DbConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Statement(sql, values);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    /// <summary>All rows, each as <paramref name="read"/> makes it.</summary>
    public static List<T> Rows<T>(this DbConnection connection, Func<DbDataReader, T> read, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Statement(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>A small number, such as one of an enumeration.</summary>
    public static int Small(this DbDataReader row, int column) => checked((int)row.GetInt64(column));

    /// <summary>Bytes.</summary>
    public static byte[] Bytes(this DbDataReader row, int column) => (byte[])row.GetValue(column);

    /// <summary>A text as the store keeps it: texts of databases end at their first NUL or have none, so that one becomes U+FFFD.</summary>
    public static string Storable(string text) => text.Replace('\0', '\uFFFD');

    /// <summary>Microseconds since 1970.</summary>
    public static long ToMicroseconds(this DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A time of microseconds since 1970, in UTC.</summary>
    public static DateTimeOffset ToTime(this long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    private static void Take(this DbCommand command, ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i == command.Parameters.Count)
                command.Parameters.Add(Place(command, i + 1));
            command.Parameters[i].Value = values[i] switch { null => DBNull.Value, string text => Storable(text), int number => (long)number, var value => value };
        }
    }

    private static DbParameter Place(DbCommand command, int number)
    {
        var parameter = command.CreateParameter();
        // SQLite takes $1 for a name, PostgreSQL for a place.
        if (command is SqliteCommand)
            parameter.ParameterName = $"${number.ToString(CultureInfo.InvariantCulture)}";
        return parameter;
    }
}
