using EdgeAgent.Contracts;
using Google.Protobuf;

namespace EdgeAgent.Wire.Tests;

/// <summary>Whatever arrives, reading it gives a value or one of the two exceptions that say what is wrong with it.</summary>
public sealed class HostileMessageTests
{
    private const int Rounds = 4000;

    [Fact]
    public void Altered_bytes_of_a_snapshot() => Altered(
        messages => HostPolicyMapping.ToWire(messages.Policy()).ToByteArray(), bytes => HostPolicyMapping.FromWire(V1.Snapshot.Parser.ParseFrom(bytes)));

    [Fact]
    public void Altered_bytes_of_a_delta() => Altered(
        messages => HostPolicyMapping.ToWire(HostPolicyDelta.Between(messages.Policy(), messages.Policy())).ToByteArray(), bytes => HostPolicyMapping.FromWire(V1.Delta.Parser.ParseFrom(bytes)));

    [Fact]
    public void Altered_bytes_of_facts() => Altered(
        messages => HostFactsMapping.ToWire(messages.Facts()).ToByteArray(), bytes => HostFactsMapping.FromWire(V1.HostFacts.Parser.ParseFrom(bytes)));

    [Fact]
    public void Altered_bytes_of_a_status() => Altered(
        messages => HostStatusMapping.ToWire(messages.Status()).ToByteArray(), bytes => HostStatusMapping.FromWire(V1.HostStatus.Parser.ParseFrom(bytes)));

    [Fact]
    public void Altered_bytes_of_a_failsafe() => Altered(
        messages => FailsafeMapping.ToWire(messages.Failsafe()).ToByteArray(), bytes => FailsafeMapping.FromWire(V1.Failsafe.Parser.ParseFrom(bytes)));

    [Fact]
    public void Altered_fields_of_a_snapshot() => AlteredFields(messages => HostPolicyMapping.ToWire(messages.Policy()), wire => HostPolicyMapping.FromWire(wire));

    [Fact]
    public void Altered_fields_of_a_delta() => AlteredFields(
        messages => HostPolicyMapping.ToWire(HostPolicyDelta.Between(messages.Policy(), messages.Policy())), HostPolicyMapping.FromWire);

    [Fact]
    public void Altered_fields_of_facts() => AlteredFields(messages => HostFactsMapping.ToWire(messages.Facts()), HostFactsMapping.FromWire);

    [Fact]
    public void Altered_fields_of_a_status() => AlteredFields(messages => HostStatusMapping.ToWire(messages.Status()), HostStatusMapping.FromWire);

    [Fact]
    public void Altered_fields_of_a_failsafe() => AlteredFields(messages => FailsafeMapping.ToWire(messages.Failsafe()), FailsafeMapping.FromWire);

    [Fact]
    public void An_altered_snapshot_never_passes_for_another_policy()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var wire = HostPolicyMapping.ToWire(new RandomMessages(random).Policy());
            var digest = wire.Digest;
            FieldAlteration.Apply(wire, random);
            if (wire.Digest != digest)
                continue;
            try
            {
                Assert.Equal(digest, HostPolicyDigest.Of(HostPolicyMapping.FromWire(wire)).Hex);
            }
            catch (WireFormatException)
            {
                // Refused with a reason: what the property asks for.
            }
        }
    }

    [Theory]
    [InlineData(21, 0)]
    [InlineData(0, 201)]
    public void A_status_of_more_events_than_agreed_is_refused(int drift, int denied)
    {
        var status = HostStatusMapping.ToWire(new RandomMessages(new Random(1)).Status());
        var (anEvent, aFlow) = (new V1.DriftEvent(), new V1.DeniedFlow());
        status.Drift.AddRange(Enumerable.Repeat(anEvent, drift));
        status.Denied.AddRange(Enumerable.Repeat(aFlow, denied));
        Assert.Contains("expected at most", Assert.Throws<WireFormatException>(() => HostStatusMapping.FromWire(status)).Message, StringComparison.Ordinal);
    }

    private static void Altered<T>(Func<RandomMessages, byte[]> make, Func<byte[], T> read)
    {
        var refused = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            refused += Refuses(() => read(ByteAlteration.Apply(make(new(random)), random)), seed) ? 1 : 0;
        }

        Assert.InRange(refused, Rounds / 20, Rounds);
    }

    private static void AlteredFields<T, TValue>(Func<RandomMessages, T> make, Func<T, TValue> read)
        where T : IMessage
    {
        var refused = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var message = make(new(random));
            FieldAlteration.Apply(message, random);
            refused += Refuses(() => read(message), seed) ? 1 : 0;
        }

        Assert.InRange(refused, 1, Rounds);
    }

    private static bool Refuses<T>(Func<T> read, int seed)
    {
        try
        {
            read();
            return false;
        }
        catch (Exception e) when (e is WireFormatException or InvalidProtocolBufferException)
        {
            return true;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}", e);
        }
    }
}
