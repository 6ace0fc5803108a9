using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>A call that came as an HTTP request.</summary>
internal interface IHttpServerCall
{
    HttpContext HttpContext { get; }
}
