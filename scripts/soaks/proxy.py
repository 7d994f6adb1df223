"""A proxy before each peer: what others send to it comes late, stops, breaks off, or does not come at all."""

import asyncio
import random
import threading
from collections import Counter
from dataclasses import dataclass

CHUNK = 64 * 1024
# Seconds that one direction of a connection outlives the other.
FAREWELL = 30


@dataclass
class Weather:
    """What a proxy does to what passes through it."""

    kind: str = "fair"
    # Seconds that every piece comes later.
    latency: float = 0.0
    # The chance that a piece is the last of its connection, which is then reset in the middle.
    resets: float = 0.0


FAIR = Weather()
FAULTS = {
    "latency": lambda: Weather("latency", latency=random.uniform(0.05, 0.5)),
    "resets": lambda: Weather("resets", resets=random.uniform(0.1, 0.5)),
    # Connections are accepted, and nothing passes.
    "stall": lambda: Weather("stall"),
    # Nobody reaches the peer; it reaches the others.
    "cut off": lambda: Weather("cut off"),
}


class Proxies(threading.Thread):
    """All of them, in a thread of their own."""

    def __init__(self):
        super().__init__(daemon=True)
        self.loop = asyncio.new_event_loop()
        # Connections that break off are what it is for.
        self.loop.set_exception_handler(lambda *_: None)
        self.counts: Counter[str] = Counter()
        self.start()

    def run(self) -> None:
        self.loop.run_forever()

    def add(self, told: tuple[str, int], real: tuple[str, int]) -> "Proxy":
        """Listens where others are told that a peer is, and connects to where it really is."""
        proxy = Proxy(real, self.counts)
        asyncio.run_coroutine_threadsafe(
            asyncio.start_server(proxy.serve, *told, backlog=256), self.loop).result(10)
        return proxy

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.join(5)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Proxy:
    def __init__(self, real: tuple[str, int], counts: Counter):
        self.real, self.counts, self.weather = real, counts, FAIR

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["connections"] += 1
        if self.weather.kind == "cut off":
            self.counts["connections refused"] += 1
            return writer.transport.abort()
        try:
            there, back = await asyncio.open_connection(*self.real)
        except OSError:
            return writer.transport.abort()
        ways = [
            asyncio.create_task(self.pass_on(*way)) for way in ((reader, back, writer), (there, writer, back))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            # Some peers never close their end.
            await asyncio.wait(ways, timeout=FAREWELL)
        except asyncio.CancelledError:
            # The soak is over.
            pass
        finally:
            for way in ways:
                way.cancel()
            writer.close()
            back.close()

    async def pass_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, other: asyncio.StreamWriter,
    ) -> None:
        """One direction, to its end."""
        try:
            while data := await source.read(CHUNK):
                await self.delay()
                if random.random() < self.weather.resets:
                    self.counts["connections reset in the middle"] += 1
                    target.write(data[:len(data) // 2])
                    raise ConnectionResetError
                target.write(data)
                await target.drain()
            await self.delay()
            target.write_eof()
        except OSError:
            target.transport.abort()
            other.transport.abort()

    async def delay(self) -> None:
        if self.weather.latency:
            self.counts["pieces delivered late"] += 1
            await asyncio.sleep(self.weather.latency)
        if self.weather.kind in ("stall", "cut off"):
            self.counts["pieces held back"] += 1
            while self.weather.kind in ("stall", "cut off"):
                await asyncio.sleep(0.2)
