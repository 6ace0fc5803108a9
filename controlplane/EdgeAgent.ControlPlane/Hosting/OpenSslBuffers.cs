using System.Runtime.InteropServices;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>
/// Has OpenSSL let go of a connection's two record buffers, 17 KiB each, while nothing is in them: <c>SSL_MODE_RELEASE_BUFFERS</c>
/// (SSL_CTX_set_mode(3)). Streams of hosts are idle nearly always, and .NET does not set that mode.
/// </summary>
/// <remarks>
/// .NET shows nobody the contexts that it makes; OpenSSL does: whoever reserves application data in contexts is called for each that is made
/// (CRYPTO_get_ex_new_index(3)).
/// </remarks>
internal static class OpenSslBuffers
{
    // openssl/crypto.h, openssl/ssl.h: the same in OpenSSL 1.1.1 and 3.
    private const int ClassOfContexts = 1; // CRYPTO_EX_INDEX_SSL_CTX
    private const int SetMode = 33; // SSL_CTRL_MODE
    private const int ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS

    private static readonly Lazy<bool> Registration = new(Register);

    // In the order in which .NET looks for them: it is the same library, which a process loads once.
    private static readonly string[] Libraries = ["libssl.so.3", "libssl.so.1.1"];

    // What native code calls is kept from the garbage collector here.
    private static readonly ContextMade OnContextMade = static (context, _, _, _, _, _) => s_control!(context, SetMode, ReleaseBuffers, 0);
    private static ControlContext? s_control;

    private delegate void ContextMade(nint context, nint data, nint allData, int index, nint number, nint pointer);

    private delegate nint ControlContext(nint context, int command, nint number, nint pointer);

    private delegate int ReserveData(int ofClass, nint number, nint pointer, nint made, nint copied, nint freed);

    /// <summary>Sets the mode in all contexts that the process makes from now on; a second call does nothing.</summary>
    /// <returns>False where OpenSSL is not found or refuses: connections take more memory, and nothing else is different.</returns>
    public static bool ReleaseWhenIdle() => Registration.Value;

    /// <summary>A function of the OpenSSL that .NET uses; null where there is none.</summary>
    internal static T? Function<T>(string name)
        where T : Delegate
    {
        foreach (var library in Libraries)
        {
            // What libssl depends on is searched with it.
            if (NativeLibrary.TryLoad(library, out var handle))
                return NativeLibrary.TryGetExport(handle, name, out var function) ? Marshal.GetDelegateForFunctionPointer<T>(function) : null;
        }

        return null;
    }

    private static bool Register()
    {
        s_control = Function<ControlContext>("SSL_CTX_ctrl");
        return s_control is not null && Function<ReserveData>("CRYPTO_get_ex_new_index") is { } reserve
            && reserve(ClassOfContexts, 0, 0, Marshal.GetFunctionPointerForDelegate(OnContextMade), 0, 0) >= 0;
    }
}
