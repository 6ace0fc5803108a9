using EdgeAgent.Netlink;

namespace EdgeAgent.Netlink.Tests;

public sealed class AcknowledgementTests
{
    private static Acknowledgement Read(string payload, MessageFlags flags)
    {
        using var buffer = new MessageBuffer();
        using (var message = buffer.Begin(NetlinkMessage.ErrorType, flags, 42))
            Convert.FromHexString(payload).CopyTo(message.Fixed(payload.Length / 2));
        var reader = new MessageReader(buffer.Written);
        Assert.True(reader.MoveNext());
        return Acknowledgement.Read(reader.Current);
    }

    private const string RequestHeader = "28000000090a05042a00000000000000";

    [Fact]
    public void Zero_is_success() =>
        Assert.Equal(new Acknowledgement(42, Errno.None, null, null), Read("00000000" + RequestHeader, (MessageFlags)0x100));

    [Fact]
    public void A_capped_error_has_its_attributes_after_the_echoed_header() =>
        Assert.Equal(
            new Acknowledgement(42, Errno.ENOENT, "no such set", 28),
            Read("feffffff" + RequestHeader + "10000100" + "6e6f207375636820736574" + "00" + "08000200" + "1c000000", (MessageFlags)0x300));

    [Fact]
    public void A_full_error_has_its_attributes_after_the_echoed_message() =>
        Assert.Equal(
            new Acknowledgement(42, Errno.EEXIST, null, 20),
            Read("efffffff" + RequestHeader + new string('a', 48) + "08000200" + "14000000", (MessageFlags)0x200));

    [Fact]
    public void A_missing_attribute_is_put_into_words() =>
        Assert.Equal("attribute 2 is missing", Read("eaffffff" + RequestHeader + "08000500" + "02000000", (MessageFlags)0x300).KernelText);

    [Theory]
    [InlineData("", MessageFlags.None)]
    [InlineData("feffffff28000000", (MessageFlags)0x300)]
    [InlineData("feffffff" + "ff000000090a05042a00000000000000", (MessageFlags)0x200)]
    [InlineData("feffffff" + "04000000090a05042a00000000000000", (MessageFlags)0x200)]
    public void Lengths_that_do_not_fit_are_refused(string payload, MessageFlags flags) =>
        Assert.Equal(Errno.EBADMSG, Assert.Throws<NetlinkException>(() => Read(payload, flags)).Errno);

    [Fact]
    public void The_error_says_operation_message_number_text_and_offset()
    {
        var error = new Acknowledgement(1, Errno.ENOENT, "Set not found", 28).ToException("commit 3 changes", "add element to map in-tcp-9080.4");
        Assert.Equal("commit 3 changes: add element to map in-tcp-9080.4: No such file or directory (ENOENT): Set not found, attribute at byte 28", error.Message);
        Assert.Equal((Errno.ENOENT, "Set not found", "add element to map in-tcp-9080.4", (int?)28), (error.Errno, error.KernelText, error.FailedMessage, error.AttributeOffset));
    }
}
