using EdgeAgent.ControlPlane.Hosting;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class OpenSslBuffersTests
{
    // openssl/ssl.h
    private const int Mode = 33;
    private const nint ReleaseBuffers = 0x10;

    private delegate nint ServerMethod();

    private delegate nint MakeContext(nint method);

    private delegate void FreeContext(nint context);

    private delegate nint ControlContext(nint context, int command, nint number, nint pointer);

    [Fact]
    public void Contexts_that_are_made_have_their_connections_release_buffers_that_nothing_is_in()
    {
        Assert.True(OpenSslBuffers.ReleaseWhenIdle());
        Assert.True(OpenSslBuffers.ReleaseWhenIdle());

        var context = OpenSslBuffers.Function<MakeContext>("SSL_CTX_new")!(OpenSslBuffers.Function<ServerMethod>("TLS_server_method")!());
        var mode = OpenSslBuffers.Function<ControlContext>("SSL_CTX_ctrl")!(context, Mode, 0, 0);
        OpenSslBuffers.Function<FreeContext>("SSL_CTX_free")!(context);

        Assert.Equal(ReleaseBuffers, mode & ReleaseBuffers);
    }

    [Fact]
    public void What_OpenSSL_does_not_have_is_not_found() => Assert.Null(OpenSslBuffers.Function<ServerMethod>("SSL_no_such_function"));
}
