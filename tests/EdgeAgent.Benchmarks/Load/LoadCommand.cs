using System.CommandLine;

namespace EdgeAgent.Benchmarks;

/// <summary>The load as a command: prints what it measures, and fails where an agent was lost, a change not acknowledged or an attempt refused.</summary>
internal static class LoadCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "load";

    /// <summary>The command line's part.</summary>
    public static Command Create()
    {
        var normal = new LoadOptions();
        var agents = new Option<int>("--agents") { Description = "How many.", DefaultValueFactory = _ => normal.Agents };
        var rounds = new Option<int>("--rounds") { Description = "How often each kind of change is made.", DefaultValueFactory = _ => normal.Rounds };
        var seconds = new Option<double>("--seconds") { Description = "For how long memory is watched under reports.", DefaultValueFactory = _ => normal.Watched.TotalSeconds };
        var reports = new Option<int>("--reports") { Description = "Reports in a second meanwhile.", DefaultValueFactory = _ => normal.ReportsPerSecond };
        var whole = new Option<bool>("--no-resumption") { Description = "Agents make each TLS handshake in full." };
        var kill = new Option<bool>("--kill") { Description = "End the control plane with SIGKILL instead of SIGTERM." };
        var command = new Command(Name, "Simulated agents on a real control plane, over mutual TLS: connects them, changes policy, lets them report, cuts them off, restarts the control plane. Exit code 1: not all came back, or an attempt failed while it served.")
        {
            agents, rounds, seconds, reports, whole, kill,
        };
        command.SetAction(async (parsed, _) =>
        {
            if (!AgentsRuntime.IsSet)
            {
                var (exitCode, printed) = OwnProcess.Run(Environment.GetCommandLineArgs().Skip(1), AgentsRuntime.Settings);
                Console.Write(printed);
                return exitCode;
            }

            var figures = await new LoadRun(new()
            {
                Agents = parsed.GetValue(agents),
                Rounds = parsed.GetValue(rounds),
                Watched = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                ReportsPerSecond = parsed.GetValue(reports),
                Resumption = !parsed.GetValue(whole),
                Kill = parsed.GetValue(kill),
                Progress = Console.Error.WriteLine,
            }).RunAsync();
            Console.WriteLine(figures.ToJson());
            return figures.Storms.All(storm => storm.Failures.Count == 0) ? 0 : 1;
        });
        return command;
    }
}
