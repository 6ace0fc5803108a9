using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Netlink;

/// <summary>The one error of this library: what was attempted, what the kernel answered, and about which message and attribute.</summary>
public sealed class NetlinkException : Exception
{
    /// <param name="operation">What was attempted, in words: "add element to map in-tcp-9080.4".</param>
    /// <param name="errno">The kernel's error number, or EBADMSG for bytes that are not netlink.</param>
    /// <param name="kernelText">The text of the extended acknowledgement, if the kernel sent one.</param>
    /// <param name="failedMessage">The message of a batch that failed, in words, if it is known and differs from the operation.</param>
    /// <param name="attributeOffset">Bytes from the start of that message's header to the attribute at fault, if the kernel said so.</param>
    /// <param name="inner">The cause, if another error led to this one.</param>
    public NetlinkException(string operation, Errno errno, string? kernelText = null, string? failedMessage = null, int? attributeOffset = null, Exception? inner = null)
        : base(Compose(operation, errno, kernelText, failedMessage, attributeOffset), inner)
    {
        Operation = operation;
        Errno = errno;
        KernelText = kernelText;
        FailedMessage = failedMessage;
        AttributeOffset = attributeOffset;
    }

    /// <summary>What was attempted, in words.</summary>
    public string Operation { get; }

    /// <summary>The kernel's error number; EBADMSG when received bytes were malformed.</summary>
    public Errno Errno { get; }

    /// <summary>The kernel's own text (NLMSGERR_ATTR_MSG), or null.</summary>
    public string? KernelText { get; }

    /// <summary>The message of a batch that failed, in words, or null.</summary>
    public string? FailedMessage { get; }

    /// <summary>Bytes from the start of the failed message's header to the attribute at fault (NLMSGERR_ATTR_OFFS), or null.</summary>
    public int? AttributeOffset { get; }

    /// <summary>Received bytes that cannot be netlink.</summary>
    /// <param name="what">What was read, and what is wrong with it.</param>
    public static NetlinkException Malformed(string what) => new("read netlink message", Errno.EBADMSG, kernelText: what);

    internal static NetlinkException FromLastError(string operation) => new(operation, LibC.LastError);

    private static string Compose(string operation, Errno errno, string? kernelText, string? failedMessage, int? attributeOffset)
    {
        var text = new StringBuilder(operation);
        if (failedMessage is not null)
            text.Append(": ").Append(failedMessage);
        text.Append(": ").Append(Marshal.GetPInvokeErrorMessage((int)errno)).Append(" (").Append(errno).Append(')');
        if (kernelText is not null)
            text.Append(": ").Append(kernelText);
        if (attributeOffset is not null)
            text.Append(", attribute at byte ").Append(attributeOffset.Value);
        return text.ToString();
    }
}
