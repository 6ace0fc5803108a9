"""Calls the echo service of protos/echo.proto with grpcio and checks every answer.

usage: echo_client.py GENERATED_CODE_DIR HOST:PORT [CERTIFICATE_DIR]
Prints "ok NAME" or "FAILED NAME: why" for each check. With a directory that holds ca.pem, client.pem and client.key, calls over mutual TLS.
"""
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
import echo_pb2  # noqa: E402
import echo_pb2_grpc  # noqa: E402

MIB = 1024 * 1024
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def connect():
    if len(sys.argv) < 4:
        return grpc.insecure_channel(sys.argv[2], options=UNLIMITED)

    def pem(name):
        with open(f"{sys.argv[3]}/{name}", "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(pem("ca.pem"), pem("client.key"), pem("client.pem"))
    return grpc.secure_channel(sys.argv[2], credentials, options=UNLIMITED)


def error_of(action):
    try:
        action()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call did not fail")


def cancelled(stub):
    return int(stub.Old(echo_pb2.EchoRequest()).payload)


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "never became true"
        time.sleep(0.02)


@check
def unary(stub):
    assert stub.Unary(echo_pb2.EchoRequest(payload=b"hello")).payload == b"hello"
    assert stub.Unary(echo_pb2.EchoRequest()).payload == b""


@check
def server_streaming(stub):
    replies = list(stub.Expand(echo_pb2.EchoRequest(count=500, payload=b"x")))
    assert [reply.index for reply in replies] == list(range(500))


@check
def client_streaming(stub):
    total = stub.Collect(echo_pb2.EchoRequest(payload=b"abc") for _ in range(500))
    assert (total.messages, total.bytes) == (500, 1500)


@check
def duplex_streaming(stub):
    replies = stub.Chat(echo_pb2.EchoRequest(payload=b"%d" % i) for i in range(500))
    assert [reply.payload for reply in replies] == [b"%d" % i for i in range(500)]


@check
def every_status_code(stub):
    for code in grpc.StatusCode:
        if code is grpc.StatusCode.OK:
            continue
        error = error_of(lambda: stub.Unary(echo_pb2.EchoRequest(status_code=code.value[0], status_message="why", payload=b"\x00\xff")))
        assert (error.code(), error.details()) == (code, "why"), error
        assert dict(error.trailing_metadata())["echo-detail-bin"] == b"\x00\xff"


@check
def status_message_in_unicode(stub):
    message = "100% \u00fcber \u65e5\u672c\n\"x\""
    error = error_of(lambda: stub.Unary(echo_pb2.EchoRequest(status_code=9, status_message=message)))
    assert error.details() == message, error.details()


@check
def error_within_a_stream(stub):
    replies = stub.Expand(echo_pb2.EchoRequest(count=3, status_code=10, status_message="enough"))
    got = [next(replies).index for _ in range(3)]
    error = error_of(lambda: next(replies))
    assert (got, error.code()) == ([0, 1, 2], grpc.StatusCode.ABORTED)


@check
def metadata(stub):
    metadata = (("text", "value"), ("raw-bin", b"\x00\x01\xfe\xff"))
    reply, call = stub.Unary.with_call(echo_pb2.EchoRequest(echo_headers=["text", "raw-bin"]), metadata=metadata)
    trailers = dict(call.trailing_metadata())
    assert (trailers["echo-text"], trailers["echo-raw-bin"]) == ("value", b"\x00\x01\xfe\xff"), trailers


@check
def deadline_exceeded(stub):
    before = cancelled(stub)
    error = error_of(lambda: stub.Unary(echo_pb2.EchoRequest(delay_ms=60000), timeout=0.3))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED, error
    until(lambda: cancelled(stub) == before + 1)


@check
def deadline_within_a_stream(stub):
    before = cancelled(stub)
    error = error_of(lambda: list(stub.Expand(echo_pb2.EchoRequest(count=1000000, delay_ms=1), timeout=0.3)))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED, error
    # The server hears of it later: the next check would count it as its own.
    until(lambda: cancelled(stub) == before + 1)


@check
def cancellation(stub):
    before = cancelled(stub)
    hold = threading.Event()

    def requests():
        yield echo_pb2.EchoRequest(payload=b"first")
        hold.wait(20)

    replies = stub.Chat(requests())
    assert next(replies).payload == b"first"
    replies.cancel()
    error = error_of(lambda: next(replies))
    hold.set()
    assert error.code() is grpc.StatusCode.CANCELLED, error
    until(lambda: cancelled(stub) == before + 1)


@check
def one_mebibyte_each_way(stub):
    payload = bytes(range(256)) * (MIB // 256)
    assert stub.Unary(echo_pb2.EchoRequest(payload=payload)).payload == payload
    replies = stub.Chat(echo_pb2.EchoRequest(payload=payload) for _ in range(8))
    assert all(reply.payload == payload for reply in replies)


@check
def oversize_is_refused(stub):
    error = error_of(lambda: stub.Unary(echo_pb2.EchoRequest(payload=bytes(5 * MIB))))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, error
    assert stub.Unary(echo_pb2.EchoRequest(payload=b"alive")).payload == b"alive"


@check
def gzip_request(stub):
    request = echo_pb2.EchoRequest(payload=bytes(100000))
    assert len(stub.Unary(request, compression=grpc.Compression.Gzip).payload) == 100000


@check
def other_encoding_is_refused(stub):
    error = error_of(lambda: stub.Unary(echo_pb2.EchoRequest(payload=bytes(100000)), compression=grpc.Compression.Deflate))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED, error


@check
def unknown_method(stub):
    call = stub.channel.unary_unary("/edgeagent.test.v1.Echo/None", bytes, bytes)
    assert error_of(lambda: call(b"")).code() is grpc.StatusCode.UNIMPLEMENTED


def main():
    with connect() as channel:
        stub = echo_pb2_grpc.EchoStub(channel)
        stub.channel = channel
        for function in CHECKS:
            try:
                function(stub)
                print("ok", function.__name__, flush=True)
            except Exception as error:  # every check is reported, whatever the others did
                print(f"FAILED {function.__name__}: {error!r}".replace("\n", " "), flush=True)


main()
