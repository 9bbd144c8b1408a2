"""Which failed runs count.

The host is the oracle, so what it does one time in five natively is right: a case that differs is compared with AGAIN more
native runs (varies()). Apart from that an unstable case is a defect. Where UNSTABLE is N, as in `make check`, at most N cases of a
suite that failed are run AGAIN times more; those that pass every time are named and let pass (Allowance). `make check-full`
lets none pass.
"""

import os
import threading

AGAIN = 5


def varies(native, same):
    """Does one of AGAIN further native runs, each a call of native(), give what same() was given?"""
    return any(same(native()) for _ in range(AGAIN))


class Allowance:
    """What a suite may still forgive. Threads may share it."""

    def __init__(self):
        self.left = int(os.environ.get("UNSTABLE") or 0)
        self.lock = threading.Lock()

    def forgives(self, passes):
        """Is a failed case let pass? passes() runs it once more, whole."""
        with self.lock:
            if self.left <= 0:
                return False
            self.left -= 1
        return all(passes() for _ in range(AGAIN))
