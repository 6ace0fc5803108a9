using System.Diagnostics;
using EdgeAgent.GrpcTests.Support;

namespace EdgeAgent.GrpcTests.Interop;

/// <summary>Debian's python3 with grpcio: an independent implementation of the protocol. Ended with the object, whatever happened.</summary>
internal sealed class PythonProcess : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process process;
    private readonly Task<string> errors;

    private PythonProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Makes Python code of protos/echo.proto in a directory.</summary>
    public static async Task GenerateAsync(string directory)
    {
        using var protoc = new PythonProcess("-m", "grpc_tools.protoc", "-I", "protos", $"--python_out={directory}", $"--grpc_python_out={directory}", "echo.proto");
        await protoc.ReadToEndAsync();
    }

    public static PythonProcess Run(string script, params string[] arguments) =>
        new([Path.Combine("python", script), .. arguments]);

    public async Task<string> ReadLineAsync() =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Liveness.Limit)
        ?? throw new InvalidOperationException($"python ended: {await errors.Soon()}");

    /// <summary>All output of a process that ends by itself with success.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(2 * Liveness.Limit);
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0, $"python exited with {process.ExitCode}: {await errors.Soon()}");
        return output;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
