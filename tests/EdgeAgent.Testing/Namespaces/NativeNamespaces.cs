using System.Runtime.InteropServices;

namespace EdgeAgent.Testing;

/// <summary>unshare(2) and setns(2), for tests that make and enter network namespaces without a helper program.</summary>
internal static partial class NativeNamespaces
{
    internal const int NetworkNamespace = 0x40000000;

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int Enter(SafeHandle descriptor, int type);

    internal static void ThrowOnError(int result, string what)
    {
        if (result != 0)
            throw new InvalidOperationException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
