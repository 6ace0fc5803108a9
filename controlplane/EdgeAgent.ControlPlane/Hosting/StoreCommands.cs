using System.CommandLine;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>The commands of <c>edgecontrol</c> that look at a store instead of serving it.</summary>
internal static class StoreCommands
{
    private const int Done = 0;
    private const int Negative = 1;
    private const int BadInput = 2;
    private const int Unable = 3;

    /// <summary>Adds <c>backup</c>, <c>verify</c>, <c>epoch</c> and <c>authorities</c>.</summary>
    public static void AddTo(RootCommand root)
    {
        root.Subcommands.Add(Backup());
        root.Subcommands.Add(Verify());
        root.Subcommands.Add(Epoch());
        root.Subcommands.Add(ForgetAuthorities());
    }

    private static Command ForgetAuthorities()
    {
        var config = Config();
        var data = new Option<string?>("--data") { Description = "directory of the store", HelpName = "DIR" };
        var forget = new Option<bool>("--forget") { Description = "forget the authorities in the store, whose secret is lost: the next control plane keeps there what its data directory has, and every host that knows others needs a new token", Required = true };
        var command = new Command("authorities", "Forgets the embedded authorities that the store keeps for all control planes. No process may use the store.") { config, data, forget };
        command.SetAction(parsed => Guarded(() =>
        {
            using var store = OpenStore(parsed.GetValue(config), parsed.GetValue(data));
            Console.WriteLine(store.Authorities.Forget(TimeProvider.System.GetUtcNow()) ? "the authorities are forgotten" : "there are none");
            return Done;
        }));
        return command;
    }

    private static Command Epoch()
    {
        var config = Config();
        var data = new Option<string?>("--data") { Description = "directory of the store", HelpName = "DIR" };
        var raise = new Option<bool>("--raise") { Description = "begin a new epoch: needed once after the store was restored from a backup, since hosts take no revision that is older than what they had" };
        var command = new Command("epoch", "Prints which restoration of the control plane a store belongs to, which is part of every signed policy. No process may use the store.") { config, data, raise };
        command.SetAction(parsed => Guarded(() =>
        {
            using var store = OpenStore(parsed.GetValue(config), parsed.GetValue(data));
            var now = TimeProvider.System.GetUtcNow();
            Console.WriteLine($"epoch {(parsed.GetValue(raise) ? store.Epochs.Raise(now) : store.Epochs.Current(now))}");
            return Done;
        }));
        return command;
    }

    private static Command Backup()
    {
        var data = Data();
        var copy = new Option<string>("--out") { Description = "the file to write; there must be none of this name", HelpName = "FILE", Required = true };
        var command = new Command("backup", "Copies the store as it is at this moment, while it is in use. The keys beside it (*.pem, ca.*) change with the authority alone: keep a copy of them apart.") { data, copy };
        command.SetAction(parsed => Guarded(() =>
        {
            SqliteFile.Copy(Path.GetFullPath(parsed.GetValue(data)!), Path.GetFullPath(parsed.GetValue(copy)!));
            return Done;
        }));
        return command;
    }

    private static Command Verify()
    {
        var data = Data();
        var command = new Command("verify", "Walks the hash-chained logs of a store that no process uses, and says the first thing that is wrong with each. Exit code 1: there is one.") { data };
        command.SetAction(parsed => Guarded(() =>
        {
            var directory = Path.GetFullPath(parsed.GetValue(data)!);
            var path = Path.Combine(directory, SqliteFile.Name);
            if (!File.Exists(path))
                throw new StoreException(StoreFailure.Foreign, $"{path}: there is no such file; expected the store of an edgecontrol");
            using var store = Store.Open(directory, 0);
            var findings = store.Findings();
            foreach (var head in store.Heads)
                Console.WriteLine($"{head.Log}: {head.Number} rows, ends with {Convert.ToHexStringLower(head.Hash)}");
            foreach (var finding in findings)
                Console.WriteLine(finding);
            return findings.Count == 0 ? Done : Negative;
        }));
        return command;
    }

    private static Store OpenStore(string? config, string? data)
    {
        // Where it would listen does not matter here.
        var configuration = ConfigurationReader.Read(new(config, data, "127.0.0.1:0", null, false));
        if (configuration.Postgres is null && !File.Exists(Path.Combine(configuration.DataDirectory, SqliteFile.Name)))
            throw new StoreException(StoreFailure.Foreign, $"{Path.Combine(configuration.DataDirectory, SqliteFile.Name)}: there is no such file; expected the store of an edgecontrol");
        return Store.Open(configuration.DataDirectory, 0, configuration.RulesetBudget, configuration.Postgres);
    }

    private static Option<string?> Config() => new("--config") { Description = "configuration file of the control plane", HelpName = "FILE" };

    private static Option<string> Data() => new("--data") { Description = "directory of the store", HelpName = "DIR", Required = true };

    private static int Guarded(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (ConfigurationException e)
        {
            Console.Error.WriteLine($"edgecontrol: {e.Message}");
            return BadInput;
        }
        catch (StoreException e)
        {
            Console.Error.WriteLine($"edgecontrol: {e.Message}");
            return e.Failure == StoreFailure.Foreign ? BadInput : Unable;
        }
    }
}
