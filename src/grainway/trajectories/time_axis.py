"""When each frame was, and that frames follow one another evenly."""

from dataclasses import dataclass

from grainway.errors import AnalysisError
from grainway.trajectories.frame import Frame

_EVEN = 1e-3
"""Largest deviation of an interval, as a share of it: XTC has times of seven digits."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How frames get their times.

    Attributes:
        timestep: ps per time step of the simulation, for files that number their steps; None if not given.
        frame_interval: ps between frames, whatever the file says; None if not given.
    """

    timestep: float | None = None
    frame_interval: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("timestep", self.timestep), ("frame_interval", self.frame_interval)):
            if value is not None and not 0 < value < float("inf"):
                raise AnalysisError.about(name, value, "above 0, ps", f"Correct --{name.replace('_', '-')}.")

    def time(self, frame: Frame, number: int) -> float:
        """Return the time of a frame in ps.

        Raises:
            AnalysisError: when nothing tells the time.
        """
        if self.frame_interval is not None:
            return number * self.frame_interval
        if frame.step is not None and self.timestep is not None:
            return frame.step * self.timestep
        if frame.time is not None:
            return frame.time
        numbered = "" if frame.step is None else "--timestep, the ps of one time step of the simulation, or "
        raise AnalysisError(
            "the trajectory does not say what time its frames are at. "
            f"Give {numbered}--frame-interval, the ps between frames"
        )


class EvenTimes:
    """Checks that each frame is one interval after the one before."""

    def __init__(self) -> None:
        self.interval: float | None = None
        self._last: tuple[float, int | None] | None = None

    def check(self, time: float, step: int | None, number: int) -> None:
        """Take the next frame, at a time in ps.

        Raises:
            AnalysisError: when it does not come later than the one before, or not by the same interval.
        """
        if self._last is not None:
            last, last_step = self._last
            shown = f"time {time:g} ps" if step is None or last_step is None else f"step {step}"
            before = f"{last:g} ps" if step is None or last_step is None else str(last_step)
            passed = time - last
            if not passed > 0:
                how = "the same as" if passed == 0 else "before"
                raise AnalysisError(
                    f"frame {number}: {shown} is {how} that of the frame before it ({before}): "
                    "frames are out of order. "
                    "A run that was restarted wrote some steps twice, or files come in the wrong order: "
                    "remove the repeated frames, or give the parts as files in order, "
                    "each beginning where the last ended"
                )
            if self.interval is None:
                self.interval = passed
            elif abs(passed - self.interval) > _EVEN * self.interval:
                raise AnalysisError(
                    f"frame {number}: {passed:g} ps after the frame before it, "
                    f"where frames were {self.interval:g} ps apart: frames must be evenly spaced. "
                    "Some are missing, or they were written at uneven steps: dump at equal intervals, "
                    "or leave out the uneven part with --start or --stop"
                )
        self._last = (time, step)
