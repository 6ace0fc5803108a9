using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>Gives numbers to identities: an identity keeps its number while a class of hosts has it.</summary>
internal sealed class Numbering
{
    private readonly Dictionary<Identity, int> _numbers = [];
    private readonly List<Identity?> _identities = [];
    private readonly List<ImmutableArray<HostClassKey>> _classes = [];
    private readonly ImmutableDictionary<HostClassKey, int>.Builder _numberOf;
    private readonly HashSet<int> _left = [];
    private readonly HashSet<int> _regrouped = [];

    /// <summary>Begins with the numbers of before.</summary>
    public Numbering(Plans earlier)
    {
        _numberOf = earlier.NumberOf.ToBuilder();
        for (var number = 0; number < earlier.Rows.Length; number++)
        {
            var row = earlier.Rows[number];
            _identities.Add(row?.Identity);
            _classes.Add(row?.Classes ?? []);
            if (row is not null)
                _numbers[row.Identity] = number;
        }
    }

    /// <summary>The identities by number.</summary>
    public IReadOnlyList<Identity?> Identities => _identities;

    /// <summary>The classes of each identity.</summary>
    public IReadOnlyList<ImmutableArray<HostClassKey>> Classes => _classes;

    /// <summary>The numbers whose identity is another than before.</summary>
    public IReadOnlySet<int> Changed { get; private set; } = new HashSet<int>();

    /// <summary>The numbers whose classes are others than before.</summary>
    public IReadOnlySet<int> Regrouped => _regrouped;

    /// <summary>The number of each class.</summary>
    public ImmutableDictionary<HostClassKey, int> NumberOf => _numberOf.ToImmutable();

    /// <summary>Takes classes out that are gone or look different, then gives numbers to those that are there.</summary>
    public void Renumber(IReadOnlyCollection<HostClassKey> keys, World world)
    {
        var before = _identities.ToArray();
        var preferred = keys.Where(_numberOf.ContainsKey).ToDictionary(key => key, key => _numberOf[key]);
        foreach (var key in preferred.Keys)
            Detach(key);
        foreach (var key in keys)
        {
            if (world.Classes.TryGetValue(key, out var hosts))
                Attach(key, new(hosts), preferred.GetValueOrDefault(key, -1));
        }

        foreach (var number in _left)
        {
            _numbers.Remove(_identities[number]!);
            _identities[number] = null;
        }

        Changed = Enumerable.Range(0, _identities.Count)
            .Where(number => !ReferenceEquals(_identities[number], number < before.Length ? before[number] : null))
            .ToHashSet();
    }

    private void Detach(HostClassKey key)
    {
        _numberOf.Remove(key, out var number);
        _classes[number] = _classes[number].Remove(key);
        _regrouped.Add(number);
        if (_classes[number].IsEmpty)
            _left.Add(number);
    }

    private void Attach(HostClassKey key, Identity identity, int preferred)
    {
        if (!_numbers.TryGetValue(identity, out var number))
        {
            number = Free(preferred);
            if (number == _identities.Count)
            {
                _identities.Add(null);
                _classes.Add([]);
            }
            else if (_identities[number] is { } old)
            {
                _numbers.Remove(old);
            }

            _identities[number] = identity;
            _numbers[identity] = number;
        }

        _left.Remove(number);
        _numberOf[key] = number;
        _classes[number] = _classes[number].Add(key);
        _regrouped.Add(number);
    }

    /// <summary>A number that no class has any more, that of before if it can be, or a new one.</summary>
    private int Free(int preferred)
    {
        if (_left.Contains(preferred))
            return preferred;
        for (var number = 0; number < _identities.Count; number++)
        {
            if (_identities[number] is null)
                return number;
        }

        return _identities.Count;
    }
}
