"""Visitors of a peer's page, for scripts/measure: python3 scripts/visitors.py PORT LISTENERS READERS

LISTENERS connections listen to the events; once they do, "ready" is printed. Each line on standard input then
makes READERS connections ask for the page at the same time. The end of standard input ends everything, and
prints JSON: seconds that each page took, events heard by the listener that heard fewest, what failed.
"""

import asyncio
import json
import sys
import time

HEAD = "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n%s\r\n"


class Visitors:
    def __init__(self, port: int):
        self.port = port
        self.pages: list[float] = []
        self.events: list[int] = []
        self.failures: list[str] = []

    async def ask(self, path: str, headers: str = ""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write((HEAD % (path, headers)).encode())
        status = await reader.readline()
        if b" 200 " not in status:
            raise OSError(status.decode().strip() or "closed without an answer")
        return reader, writer

    async def listen(self, number: int, listening: asyncio.Semaphore) -> None:
        try:
            reader, _ = await self.ask("/api/v1/events")
            listening.release()
            while line := await reader.readline():
                self.events[number] += line.startswith(b"event: ")
            self.failures.append("a stream of events ended")
        except OSError as error:
            self.failures.append(str(error))
            listening.release()

    async def read(self) -> None:
        start = time.monotonic()
        try:
            reader, writer = await self.ask("/", "Connection: close\r\n")
            await reader.read()
            writer.close()
            self.pages.append(time.monotonic() - start)
        except OSError as error:
            self.failures.append(str(error))

    async def run(self, listeners: int, readers: int) -> None:
        listening = asyncio.Semaphore(0)
        self.events = [0] * listeners
        tasks = [asyncio.create_task(self.listen(number, listening)) for number in range(listeners)]
        for _ in tasks:
            await listening.acquire()
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            await asyncio.gather(*(self.read() for _ in range(readers)))
        for task in tasks:
            task.cancel()
        print(json.dumps(
            {"pages": self.pages, "least": min(self.events, default=0), "failures": self.failures}))


asyncio.run(Visitors(int(sys.argv[1])).run(int(sys.argv[2]), int(sys.argv[3])))
