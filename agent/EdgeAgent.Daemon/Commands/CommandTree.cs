using System.CommandLine;

namespace EdgeAgent.Daemon;

/// <summary>The command line of <c>edgeagent</c>.</summary>
internal static class CommandTree
{
    internal static RootCommand Build()
    {
        var root = new RootCommand("EdgeAgent: enforces a mesh's network policy on this host.");
        root.Subcommands.Add(Run());
        root.Subcommands.Add(Status());
        root.Subcommands.Add(WithState("show", "Prints what the kernel is to hold of us, as text.", (state, _) => ShowCommand.Run(state, Console.Out)));
        root.Subcommands.Add(WithState("verify", "Compares the kernel with what it must hold; prints what differs. Exit code 1 if anything does.", (state, _) => VerifyCommand.Run(state, Console.Out)));
        root.Subcommands.Add(Purge());
        return root;
    }

    private static Command Run()
    {
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "JSON file with controlPlane, name, namespace, tokenFile, token, credentials, labels, ports, addresses, stateDir, insecure, confirm, confirmSeconds, failsafes, backend, owner, firstBoot, resolverFile, hostsFile, nameGraceSeconds, logLevel; all optional, the command line wins" };
        var controlPlane = new Option<string?>("--control-plane") { HelpName = "URL[,URL]", Description = "The control plane: https://host:port, or http://host:port with --insecure; several, separated by commas, are tried in random order" };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "This host's name [default over https: that of its token or certificate]" };
        var space = new Option<string?>("--namespace") { HelpName = "NS", Description = "This host's namespace [default over https: that of its token or certificate; else default]" };
        var tokenFile = new Option<string?>("--token-file") { HelpName = "FILE", Description = "A file with what 'edgectl token create' printed; read while the host is not enrolled" };
        var token = new Option<string?>("--token") { HelpName = "TOKEN", Description = "The same on the command line, which other users of this host can see" };
        var labels = new Option<string[]>("--label") { HelpName = "k=v", Description = "A label of this host; may be repeated", AllowMultipleArgumentsPerToken = true };
        var ports = new Option<string[]>("--port") { HelpName = "name=TCP/9080", Description = "A port that this host declares by name; may be repeated", AllowMultipleArgumentsPerToken = true };
        var addresses = new Option<string[]>("--address") { HelpName = "IP", Description = "An address of this host instead of those of its interfaces; may be repeated", AllowMultipleArgumentsPerToken = true };
        var state = new Option<string?>("--state-dir") { HelpName = "DIR", Description = "The directory of the agent's files, made if it is not there" };
        var insecure = new Option<bool>("--insecure") { Description = "Allow plaintext to the control plane: loopback and labs only" };
        var noConfirm = new Option<bool>("--no-confirm") { Description = "Never undo a policy because the control plane is not heard after it" };
        var confirm = new Option<double?>("--confirm-seconds") { HelpName = "SECONDS", Description = "How long the control plane may be silent after a new policy before it is undone [default: 30]" };
        var backend = new Option<string?>("--backend") { HelpName = "auto|nftables|iptables", Description = "How the kernel is programmed; auto takes iptables only where the kernel cannot do what nftables needs [default: auto]" };
        var owner = new Option<string?>("--owner") { HelpName = "auto|on|off", Description = "Whether only the agent can change its table (nftables, Linux 6.9): auto does so where systemd keeps its socket over restarts [default: auto]" };
        var firstBoot = new Option<string?>("--first-boot") { HelpName = "open|closed-except-failsafe", Description = "What the kernel holds while this host has no policy: nothing of ours, or nothing but failsafes and the way to the control plane [default: open]" };
        var resolver = new Option<string?>("--resolver-file") { HelpName = "FILE", Description = "Which name servers are asked for names that policy grants [default: /etc/resolv.conf]" };
        var hosts = new Option<string?>("--hosts-file") { HelpName = "FILE", Description = "Addresses of such names that go before what name servers say [default: /etc/hosts]" };
        var grace = new Option<double?>("--name-grace-seconds") { HelpName = "SECONDS", Description = "How long an address stays granted after it left its name [default: 300]" };
        var level = new Option<string?>("--log-level") { HelpName = "LEVEL", Description = "debug, info, warning or error [default: info]" };
        var command = new Command("run", "Runs the agent: enforces the policy kept on disk at once, then keeps it what the control plane says.")
        {
            config, controlPlane, name, space, tokenFile, token, labels, ports, addresses, state, insecure, noConfirm, confirm, backend, owner, firstBoot, resolver, hosts, grace, level,
        };
        command.SetAction((result, cancellation) => RunCommand.RunAsync(
            OptionReader.Read(new()
            {
                Config = result.GetValue(config),
                ControlPlane = result.GetValue(controlPlane),
                Name = result.GetValue(name),
                Namespace = result.GetValue(space),
                TokenFile = result.GetValue(tokenFile),
                Token = result.GetValue(token),
                Labels = result.GetValue(labels) ?? [],
                Ports = result.GetValue(ports) ?? [],
                Addresses = result.GetValue(addresses) ?? [],
                StateDirectory = result.GetValue(state),
                Insecure = result.GetValue(insecure),
                NoConfirm = result.GetValue(noConfirm),
                ConfirmSeconds = result.GetValue(confirm),
                Backend = result.GetValue(backend),
                Owner = result.GetValue(owner),
                FirstBoot = result.GetValue(firstBoot),
                ResolverFile = result.GetValue(resolver),
                HostsFile = result.GetValue(hosts),
                NameGraceSeconds = result.GetValue(grace),
                LogLevel = result.GetValue(level),
            }),
            cancellation));
        return command;
    }

    private static Command Status()
    {
        var format = new Option<string>("--output", "-o") { HelpName = "table|json", Description = "How to print", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json");
        var command = WithState("status", "Prints what the agent last said of this host.", (state, result) => StatusCommand.Run(state, result.GetValue(format) == "json", Console.Out));
        command.Options.Add(format);
        return command;
    }

    private static Command Purge()
    {
        var endState = new Option<string>("--end-state") { HelpName = "open|closed-except-failsafe|keep", Description = "What is left in the kernel", Required = true };
        var keepIdentity = new Option<bool>("--keep-identity") { Description = "Keep who the host is, so that it can be managed again without another token" };
        endState.AcceptOnlyFromAmong("open", "closed-except-failsafe", "keep");
        var command = WithState("purge", "Ends the management of this host: forgets its policy and its identity, and leaves the kernel in a named state.", (state, result) => PurgeCommand.Run(state, result.GetValue(endState)!, result.GetValue(keepIdentity), Console.Out));
        command.Options.Add(endState);
        command.Options.Add(keepIdentity);
        return command;
    }

    private static Command WithState(string name, string description, Func<string, ParseResult, int> run)
    {
        var state = new Option<string>("--state-dir") { HelpName = "DIR", Description = "The directory of the agent's files", Required = true };
        var command = new Command(name, description) { state };
        command.SetAction(result => run(result.GetValue(state)!, result));
        return command;
    }
}
