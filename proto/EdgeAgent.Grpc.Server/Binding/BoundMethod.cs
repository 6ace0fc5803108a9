using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>A method that is ready to be mapped.</summary>
/// <param name="Method">Name and kind.</param>
/// <param name="Serve">Serves one HTTP request.</param>
/// <param name="Attributes">Attributes of the service class, then of the method, such as authorization.</param>
internal sealed record BoundMethod(IMethod Method, RequestDelegate Serve, IReadOnlyList<object> Attributes);
