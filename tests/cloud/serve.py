#!/usr/bin/env python
"""Starts the cloud for tests: `python serve.py --port 0 [--until-stdin-closes] [--parent-pid PID]`.

Prints one line, `listening on http://127.0.0.1:PORT`, once it answers. Loopback only.
"""

import argparse
import os
import signal
import sys
import threading
import time


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0 takes a free one")
    arguments.add_argument("--until-stdin-closes", action="store_true")
    arguments.add_argument("--parent-pid", type=int, help="end when this process is gone")
    chosen = arguments.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if chosen.until_stdin_closes:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    if chosen.parent_pid:
        threading.Thread(target=end_with, args=(chosen.parent_pid,), daemon=True).start()

    # Imported late: a signal or a closed stdin already ends the process while moto loads.
    from cloud import server, startup

    startup.prepare()
    with server.listen(chosen.port) as listening:
        print(f"listening on http://127.0.0.1:{listening.server_port}", flush=True)
        listening.serve_forever()


def end_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


def end_with(pid: int) -> None:
    ours = os.getppid() == pid
    while os.getppid() == pid if ours else alive(pid):
        time.sleep(0.3)
    os._exit(0)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    main()
