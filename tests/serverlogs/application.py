"""An application in miniature: holds its log open, adds numbered lines to it, every tenth of which is the person's, and cannot open it anew.

python application.py LOG PAUSE FIRST-DAY

Each SIGUSR1 begins the next day. At the end it says how many lines it wrote.
"""

import os
import signal
import sys
import time
from datetime import date, timedelta

path, pause, day = sys.argv[1], float(sys.argv[2]), date.fromisoformat(sys.argv[3])
log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
told: list[int] = []
for one in (signal.SIGUSR1, signal.SIGTERM):
    signal.signal(one, lambda number, _: told.append(number))
number = 0
while signal.SIGTERM not in told:
    user = "sanne@vanderberg.example" if number % 10 == 0 else "piet@dewit.example"
    os.write(log, f"{day} 12:00:00 [{user}] n{number}\n".encode())
    number += 1
    if told:
        told.clear()
        day += timedelta(days=1)
    time.sleep(pause)
os.write(1, b"%d\n" % number)
