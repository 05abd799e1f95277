"""A server in miniature: writes numbered lines to its log as fast as it is told to, and opens the log anew when it gets the signal.

python writer.py LOG PAUSE
"""

import os
import signal
import sys
import time

path, pause = sys.argv[1], float(sys.argv[2])
flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
log = os.open(path, flags, 0o640)
asked: set[str] = set()
# What a signal asks for is done after the line that is being written, as servers do.
signal.signal(signal.SIGUSR1, lambda *_: asked.add("reopen"))
signal.signal(signal.SIGTERM, lambda *_: asked.add("end"))
number = 0
while "end" not in asked:
    os.write(log, b"line %d of the server\n" % number)
    number += 1
    if "reopen" in asked:
        asked.discard("reopen")
        os.close(log)
        log = os.open(path, flags, 0o640)
    time.sleep(pause)
os.write(1, b"%d\n" % number)
