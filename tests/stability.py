"""Which failed runs count.

The host is the oracle, so what it does one time in five natively is right: a case that differs is compared with AGAIN more
native runs (varies()). Apart from that an unstable case is a defect. Where UNSTABLE is N, as in `make check`, cases that failed are
run AGAIN times more (LONG times where a run takes minutes); at most N of a suite that pass most of these are named and let pass
(Allowance). `make check-full` lets none pass.
"""

import os
import threading

AGAIN, LONG = 5, 2


def varies(native, same, times=AGAIN):
    """Does one of `times` further native runs, each a call of native(), give what same() was given?"""
    return any(same(native()) for _ in range(times))


class Allowance:
    """What a suite may still forgive. Threads may share it."""

    def __init__(self):
        self.left = int(os.environ.get("UNSTABLE") or 0)
        self.tries = 6 * self.left  # a suite that fails altogether is not run twice
        self.lock = threading.Lock()

    def forgives(self, passes, times=AGAIN):
        """Is a failed case let pass? passes() runs it once more, whole."""
        with self.lock:
            if self.left <= 0 or self.tries <= 0:
                return False
            self.tries -= 1
        failed = 0
        for _ in range(times):
            failed += not passes()
            if failed * 2 >= times:
                return False
        with self.lock:
            self.left -= 1
            return self.left >= 0
