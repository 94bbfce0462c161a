"""A TCP relay that holds back WebSocket handshakes, as a slow network or a busy proxy does."""

import socket
import threading
import time


class SlowDoor:
    """Relays to a local port; what asks for /ws/ waits `delay` seconds before it gets there."""

    def __init__(self, target: int, delay: float):
        self.target, self.delay = target, delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        try:
            first = client.recv(65536)
            if first.startswith(b"GET /ws/"):
                time.sleep(self.delay)
            server = socket.create_connection(("127.0.0.1", self.target))
            server.sendall(first)
        except OSError:
            client.close()
            return
        threading.Thread(target=self.copy, args=(server, client), daemon=True).start()
        self.copy(client, server)

    @staticmethod
    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self) -> None:
        self.listener.close()
