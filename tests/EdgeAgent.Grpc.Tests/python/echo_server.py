"""The echo service of protos/echo.proto on grpcio, with the same meaning as Support/EchoService.cs.

usage: echo_server.py GENERATED_CODE_DIR
Prints "LISTENING <port>" and serves until its standard input ends, so that it never outlives the test.
"""
import sys
import threading
import time
from concurrent import futures

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
import echo_pb2  # noqa: E402
import echo_pb2_grpc  # noqa: E402

CODES = {code.value[0]: code for code in grpc.StatusCode}


class Echo(echo_pb2_grpc.EchoServicer):
    def __init__(self):
        self.cancelled = 0
        self.lock = threading.Lock()

    def count_cancellation(self, context):
        done, over = threading.Event(), threading.Event()

        def ended():
            if not done.is_set():
                with self.lock:
                    self.cancelled += 1
            over.set()

        context.add_callback(ended)
        return done, over

    def reply(self, request, context, index):
        if request.delay_ms:
            time.sleep(request.delay_ms / 1000)
        headers = dict(context.invocation_metadata())
        trailers = [("echo-" + name, headers[name]) for name in request.echo_headers if name in headers]
        if request.status_code:
            trailers.append(("echo-detail-bin", request.payload))
        if trailers:
            context.set_trailing_metadata(trailers)
        if request.status_code:
            context.abort(CODES[request.status_code], request.status_message)
        payload = bytes(request.reply_size) if request.reply_size else request.payload
        return echo_pb2.EchoReply(payload=payload, index=index)

    def Unary(self, request, context):
        done, _ = self.count_cancellation(context)
        answer = self.reply(request, context, 0)
        done.set()
        return answer

    def Collect(self, requests, context):
        total = echo_pb2.CollectReply()
        for request in requests:
            self.reply(request, context, 0)
            total.messages += 1
            total.bytes += len(request.payload)
        return total

    def Expand(self, request, context):
        plain = echo_pb2.EchoRequest()
        plain.CopyFrom(request)
        plain.status_code = 0
        for index in range(request.count):
            yield self.reply(plain, context, index)
        self.reply(request, context, request.count)

    def Chat(self, requests, context):
        done, over = self.count_cancellation(context)
        for index, request in enumerate(requests):
            yield self.reply(request, context, index)
        # A stream that was reset may look like the end of its requests, before it is said that the call is over.
        if not over.wait(0.2):
            done.set()

    def Old(self, request, context):
        return echo_pb2.EchoReply(payload=str(self.cancelled).encode())


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    echo_pb2_grpc.add_EchoServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print("LISTENING", port, flush=True)
    sys.stdin.read()
    server.stop(0)


main()
