"""Starts `dose-engine serve` as a process of its own, and waits for what it says, never for a time."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dose_engine.rulebook.load import shipped_folder

PATIENCE = 60
"""Seconds after which a test gives up; nothing takes nearly as long."""


class Served:
    """A running service. `lines` holds what it has written to stderr."""

    def __init__(self, *arguments: str, folder: Path, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DOSE_ENGINE_")}
        command = [sys.executable, "-m", "dose_engine", "serve", "--port", "0", *arguments]
        self.lines: list[str] = []
        self._new: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            command,
            env={**kept, "DOSE_ENGINE_RULES": str(shipped_folder()), "TMPDIR": str(folder), **environment},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = int(self.until(lambda line: re.search(r"listens on https?://[^ ]*:(\d+)", line))[1])

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            self._new.put(line)
        self._new.put(None)

    def until(self, found: Callable[[str], Any]) -> Any:
        """What `found` makes of the first line that has not been read and of which it makes something."""
        while True:
            line = self._new.get(timeout=PATIENCE)
            assert line is not None, f"it ended:\n{''.join(self.lines)}"
            if result := found(line):
                return result

    def ready(self, workers: int = 1) -> Served:
        """Once each of so many workers has started."""
        for _ in range(workers):
            self.until(lambda line: "Application startup complete" in line)
        return self

    @property
    def workers(self) -> list[int]:
        """The process ids of all workers there have been, the oldest first."""
        return [int(number) for number in re.findall(r"Started server process \[(\d+)\]", "".join(self.lines))]

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, over a connection of its own."""
        if tls is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        else:
            connection = http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=tls)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def advise(self, case: bytes) -> tuple[int, dict[str, str], bytes]:
        return self.call("POST", "/v1/advisories", case, {"Content-Type": "application/json"})

    def end(self, number: int = signal.SIGTERM) -> int:
        """The exit code after a signal."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    @property
    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]
