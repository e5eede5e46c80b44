"""Ctrl-C: one line on the error output and status 130, whenever it comes.

While modules are loaded and options are read there is nothing to put in order, and an exception could come up
anywhere in half-loaded libraries: the process ends at once. While a command works, the first interruption is
a ``KeyboardInterrupt``, so that workers are ended and files put in order; a second one ends it at once.

Loads nothing but what Python itself has loaded, so that ``grainway`` can call it before anything else.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, NoReturn

STATUS = 130
"""Of a process that was interrupted: 128 and the number of the signal."""

_AGAIN_S = 0.005
"""An interruption that fell into code which cannot raise, such as a finaliser, comes again after that."""


class _Interruption:
    """What this process knows about being interrupted."""

    heeded = False
    happened = False
    said = False
    advice = ""


def heed() -> None:
    """From now on end this process at once when it is interrupted.

    A process that was started with interruptions ignored, as a shell script does for its background, goes on
    so; its end can still be asked for by SIGTERM.
    """
    _Interruption.heeded = True
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _end_at_once)


def advise(how_to_go_on: str) -> None:
    """Set what is said of an interruption from now on: that nothing is lost, and how to go on."""
    _Interruption.advice = how_to_go_on


def happened() -> bool:
    """Return whether this process was interrupted while it worked."""
    return _Interruption.happened


def end() -> NoReturn:
    """Say that this process was interrupted, once, and end it with status 130.

    Not by ``sys.exit``: after an interruption inside ``exec`` of a text, which is how classes of records are
    made, Python ends itself by the signal whatever the status, and while it does so a signal has no handler.
    """
    _say()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(STATUS)


def over() -> None:
    """From now on ignore interruptions: the work is done and shown, and only Python has to end."""
    if _Interruption.heeded:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class OrderlyEnd:
    """While this context is open an interruption is a ``KeyboardInterrupt``: work can be put in order.

    Without :func:`heed` before it does nothing: whoever calls a command as a function decides about signals.

    Args:
        terminate: take SIGTERM for an interruption too.
    """

    def __init__(self, *, terminate: bool = False) -> None:
        self._signals = (signal.SIGINT, signal.SIGTERM) if terminate else (signal.SIGINT,)
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        """Begin."""
        if _Interruption.heeded:
            sys.unraisablehook = _not_raised
            for number in self._signals:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, _interrupt)

    def __exit__(self, *_error: object) -> None:
        """End."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


class InterruptionsWait:
    """While this context is open, interruptions wait, and processes that are started never see any.

    Ctrl-C reaches all processes of a terminal, and each of Python's would print a traceback: to end children
    is their parent's part.
    """

    def __enter__(self) -> None:
        """Begin."""
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_error: object) -> None:
        """End; what has waited comes now."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


def _say() -> None:
    if _Interruption.said:
        return
    _Interruption.said = True
    text = f"Interrupted; {_Interruption.advice}\n" if _Interruption.advice else "Interrupted.\n"
    with suppress(OSError):
        if os.isatty(2):
            # a new line after ^C, and the cursor that a display of progress may have hidden
            text = f"\033[?25h\n{text}"
        os.write(2, text.encode())  # not through a stream, which may be in the middle of writing


def _end_at_once(_signal: int, _frame: FrameType | None) -> NoReturn:
    _say()
    os._exit(STATUS)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    if _Interruption.happened:
        _end_at_once(number, frame)
    _Interruption.happened = True
    raise KeyboardInterrupt


def _once_more(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _not_raised(unraisable: sys.UnraisableHookArgs) -> None:
    """Interrupt again when an interruption was swallowed by code that cannot raise; report all else."""
    if _Interruption.happened and unraisable.exc_type is KeyboardInterrupt:
        signal.signal(signal.SIGALRM, _once_more)
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
    else:
        sys.__unraisablehook__(unraisable)
