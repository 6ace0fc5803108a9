using System.Runtime.CompilerServices;
using EdgeAgent.Cli.Server;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Decision = EdgeAgent.Wire.V1.Decision;
using EndDecision = EdgeAgent.Wire.V1.EndDecision;
using Status = Grpc.Core.Status;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>Asks the control plane.</summary>
internal sealed class LiveVerdicts(ServerConnection connection) : IVerdictSource
{
    public async IAsyncEnumerable<Answer> AnswerAsync(IReadOnlyList<Probe> probes, bool withFailsafes, bool explained, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var call = connection.Admin.Explain(ServerConnection.Stream(cancellation));
        var asking = AskAsync(call.RequestStream, probes, withFailsafes);
        for (var index = 0; index < probes.Count; index++)
        {
            if (!await call.ResponseStream.MoveNext(cancellation))
                throw new RpcException(new Status(StatusCode.Internal, $"{index} answers to {probes.Count} questions"));
            var answer = call.ResponseStream.Current;
            yield return answer.Error.Length > 0
                ? Answer.Unanswerable(answer.Error)
                : new(answer.Verdict == Decision.Allow, End(answer.Egress), End(answer.Ingress));
        }

        await asking;
    }

    public void Dispose() => connection.Dispose();

    private static async Task AskAsync(IClientStreamWriter<ExplainRequest> requests, IReadOnlyList<Probe> probes, bool withFailsafes)
    {
        foreach (var probe in probes)
            await requests.WriteAsync(ToWire(probe, withFailsafes));
        await requests.CompleteAsync();
    }

    private static ExplainRequest ToWire(Probe probe, bool withFailsafes)
    {
        var request = new ExplainRequest { From = probe.From, To = probe.To, Protocol = probe.Protocol.ToString(), Port = probe.Port ?? 0, WithFailsafes = withFailsafes };
        if (probe.IcmpType is { } type)
            request.IcmpType = type;
        if (probe.IcmpCode is { } code)
            request.IcmpCode = code;
        return request;
    }

    private static EndAnswer End(EndDecision? end) =>
        end is null ? EndAnswer.None : new(end.Verdict == Decision.Allow, end.Policy, end.Rule, end.Source, end.Others) { Note = end.Note };
}
