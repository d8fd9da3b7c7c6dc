"""A slow line: a proxy that hands bytes on late and at a limited rate, for pages and service workers alike.

The browser's own emulation leaves out what a service worker fetches, so the line itself is slow here.
"""

import asyncio
import threading

CHUNK = 1_460


class SlowLine:
    """Forwards a port of 127.0.0.1 to another one.

    Args:
        to_port: of the server.
        rate_bit_s: downstream, shared by all connections.
        latency_s: added to each answer's first byte.
    """

    def __init__(self, to_port: int, *, rate_bit_s: float = 400_000, latency_s: float = 0.4) -> None:
        self._to_port = to_port
        self._byte_s = 8 / rate_bit_s
        self._latency_s = latency_s
        self._free_at = 0.0
        self.port = 0
        self.carried = 0
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Close the line."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._to_port)
        asked_at = [self._loop.time()]

        async def up() -> None:
            while data := await browser.read(65_536):
                asked_at[0] = self._loop.time()
                to_server.write(data)
                await to_server.drain()
            to_server.close()

        async def down() -> None:
            while data := await server.read(CHUNK):
                now = self._loop.time()
                self._free_at = max(self._free_at, now, asked_at[0] + self._latency_s) + len(data) * self._byte_s
                self.carried += len(data)
                await asyncio.sleep(self._free_at - now)
                to_browser.write(data)
                await to_browser.drain()
            to_browser.close()

        await asyncio.gather(up(), down(), return_exceptions=True)
