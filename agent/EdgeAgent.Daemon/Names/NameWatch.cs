using System.Threading.Channels;
using EdgeAgent.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Keeps the addresses of the names that policy grants, and tells the core when they are others.</summary>
internal sealed class NameWatch : BackgroundService
{
    private const int AskedAtOnce = 16;

    /// <summary>How often the resolver's files are looked at; only while there are names.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly AgentOptions _options;
    private readonly NameCache _cache;
    private readonly AddressUse _use;
    private readonly EventQueue _clock;
    private readonly ILogger<NameWatch> _log;
    private readonly NameBook _book;
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly SemaphoreSlim _asking = new(AskedAtOnce);
    private (string Resolver, string Hosts) _texts;
    private ResolverFile _resolver;
    private HostsFile _hosts = HostsFile.None;
    private TimeSpan _nextLook;
    private ResolvedNames _known = ResolvedNames.None;
    private bool _isAsked;
    private (EquatableArray<IpAddress> Servers, string Problems) _published;
    private IReadOnlyList<NameStatus> _statuses = [];

    public NameWatch(AgentOptions options, NameCache cache, AddressUse use, EventQueue clock, ILogger<NameWatch> log)
    {
        (_options, _cache, _use, _clock, _log) = (options, cache, use, clock, log);
        _book = new(new NameSettings { Grace = options.NameGrace });
        _resolver = ResolverFile.Parse(_texts.Resolver = Read(options.ResolverFile));
        _published.Problems = "";
    }

    /// <summary>What to report of names.</summary>
    internal EquatableArray<NameStatus> Statuses => Volatile.Read(ref _statuses).ToEquatableArray();

    /// <summary>What is known before anybody was asked, for the first enforcement; to be called before the service starts.</summary>
    internal NamesResolved Recall()
    {
        try
        {
            _known = _cache.Load();
        }
        catch (Exception e) when (e is CorruptCacheException or IOException or UnauthorizedAccessException)
        {
            AgentLog.CacheRefused(_log, NameCache.FileName, e.Message);
        }

        return new(_clock.Now, _known, _published.Servers = _resolver.Elsewhere);
    }

    /// <summary>These names are wanted from now on, and no others.</summary>
    internal void Want(EquatableArray<string> names) => _inbox.Writer.TryWrite(() =>
    {
        _book.Want(names, _known, _clock.Now);
        (_nextLook, _isAsked) = (TimeSpan.Zero, true);
    });

    public override void Dispose()
    {
        _asking.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            while (_inbox.Reader.TryRead(out var take))
                take();
            if (_book.Names.Count > 0)
            {
                LookAtFiles();
                foreach (var question in _book.TakeDue(_clock.Now))
                    Ask(question, stoppingToken);
                _book.Expire(_clock.Now, _use.IsInUse);
            }

            // Before that nothing but what is on disk is known, and it stays there.
            if (_isAsked)
                Publish();
            await WaitAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        if (_book.Names.Count > 0)
        {
            var until = _book.Next is { } next && next < _nextLook ? next : _nextLook;
            pause.CancelAfter(until > _clock.Now ? until - _clock.Now : TimeSpan.FromMilliseconds(1));
        }

        try
        {
            await _inbox.Reader.WaitToReadAsync(pause.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time to look, or to stop; the loop sees which.
        }
    }

    private void LookAtFiles()
    {
        if (_clock.Now < _nextLook)
            return;
        _nextLook = _clock.Now + LookEvery;
        var texts = (Resolver: Read(_options.ResolverFile), Hosts: Read(_options.HostsFile));
        if (texts == _texts)
            return;
        _texts = texts;
        (_resolver, _hosts) = (ResolverFile.Parse(texts.Resolver), HostsFile.Parse(texts.Hosts));
        AgentLog.Info(_log, $"names are asked of {string.Join(", ", _resolver.Servers)}, after {_options.HostsFile}");
        _book.AskAll(_clock.Now);
    }

    private void Ask(NameBook.Question question, CancellationToken stopping)
    {
        if (_hosts.Find(question.Name) is { } given)
        {
            _book.Answer(question, new(given.Where(address => address.Family == question.Family).ToEquatableArray(), TimeSpan.MaxValue, true), _options.HostsFile, _clock.Now);
            return;
        }

        var resolver = new Resolver(_resolver);
        _ = Task.Run(() => AskAsync(resolver, question, stopping), stopping);
    }

    private async Task AskAsync(Resolver resolver, NameBook.Question question, CancellationToken stopping)
    {
        Action take;
        try
        {
            await _asking.WaitAsync(stopping).ConfigureAwait(false);
            try
            {
                var (answer, source) = await resolver.AskAsync(question.Name, question.Family, stopping).ConfigureAwait(false);
                take = () => _book.Answer(question, answer, source, _clock.Now);
            }
            finally
            {
                _asking.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            // Whatever went wrong, the question must come back, or the name would never be asked for again.
            take = () => _book.Fail(question, e is DnsException ? e.Message : $"{e.GetType().Name}: {e.Message}", _clock.Now);
        }

        _inbox.Writer.TryWrite(take);
    }

    /// <summary>Tells the core, and keeps on disk, what is other than what was told last.</summary>
    private void Publish()
    {
        var (now, timeOfDay) = (_clock.Now, _clock.TimeOfDay);
        List<NameStatus> statuses = [.. _book.Report(at => timeOfDay - (now - at))];
        Volatile.Write(ref _statuses, statuses);
        var (table, problems) = (_book.Table, string.Join('\n', statuses.Where(status => status.Problem.Length > 0).Select(status => $"{status.Name} {status.Problem}")));
        // Until somebody answers or fails to, what is known from before stands.
        var isOther = !table.Equals(_known) && (_book.Names.Count == 0 || table.Names.Any());
        if (!isOther && _published == (_resolver.Elsewhere, problems))
            return;
        if (problems != _published.Problems)
        {
            foreach (var line in problems.Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(_published.Problems.Split('\n')))
                AgentLog.Warning(_log, line);
        }

        _published = (_resolver.Elsewhere, problems);
        if (isOther)
            _known = table;
        _clock.Post(new NamesResolved(now, _known, _published.Servers));
        if (isOther)
            Keep(table);
    }

    private void Keep(ResolvedNames table)
    {
        try
        {
            _cache.Keep(table);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AgentLog.SideWorkFailed(_log, "keeping the addresses of names on disk", e.Message);
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
