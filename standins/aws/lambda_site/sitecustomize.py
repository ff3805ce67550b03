"""Read by every Python that the emulator starts; in a Lambda function's, time for waiting runs faster.

A function's clock for time limits and its sleeps run REHEARSAL_SPEED times as fast, so that a wait that would end after
two minutes ends after twelve seconds. Its date does not change: signatures hold.
"""

import os
import time

_speed = float(os.environ.get("REHEARSAL_SPEED", "1"))

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ and _speed != 1:
    _sleep, _monotonic, _start = time.sleep, time.monotonic, time.monotonic()
    time.sleep = lambda seconds: _sleep(float(seconds) / _speed)
    time.monotonic = lambda: _start + (_monotonic() - _start) * _speed
