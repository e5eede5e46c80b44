"""An active learning of minutes made one of seconds: sixteen atoms, an analytic teacher, two epochs."""

from dataclasses import dataclass, replace
from functools import partial

from ase.calculators.calculator import Calculator, all_changes

from example_potentials.labelled import label, rattled
from grainway.cli.potentials import distil_command
from grainway.distillation import LoopOptions, NepSettings, Teacher, TeachingRecipe, distil
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.teaching_dynamics import Phase
from grainway.distillation.training import nep_training as training

RECIPE = TeachingRecipe(largest_force=1000.0, duplicate_distance=0.0)
SETTINGS = NepSettings(
    radial_cutoff=5, angular_cutoff=4, n_radial=3, n_angular=1, basis_radial=5, basis_angular=3, l_max=1,
    four_body=False, neurons=5, batch=2, repulsion_outer=1.6,
)  # fmt: skip
OPTIONS = LoopOptions(hours=1.0, rounds=1, members=3, second=2, name="tiny")
NAMES = {"sevennet-0": "analytic", "chgnet": "another"}
ARGUMENTS = ("--hours", "1", "--rounds", "1", "--second", "2", "--name", "tiny")
HOT = Phase(start=900.0, end=900.0, duration=0.02, timestep=0.0005, interval=0.01)


@dataclass(frozen=True)
class Tiny:
    """Sixteen ions on the sites of rock salt."""

    seed: int

    def build(self, rng):
        return rattled(1, seed=self.seed, amplitude=0.02)[0].copy()


class Analytic(Calculator):
    """The teacher of ``labelled``."""

    implemented_properties = ("energy", "forces", "stress")

    def calculate(self, atoms=None, properties=None, system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.results = dict(label(atoms).calc.results)


def teacher(name="analytic"):
    return Teacher(name, Analytic())


def source(name, kind, seed, **more):
    usual = {"potential": "softbv", "phases": (HOT,), "rescaled": False}
    return FrameSource(name=name, kind=kind, start=Tiny(seed), **{**usual, **more})


SOURCES = (
    *(source(f"gb-{n}", "boundary", n) for n in range(3)),
    *(source(f"cubic-{n}", "bulk_cubic", 10 + n) for n in range(2)),
    *(source(f"held-gb-{n}", "boundary", 20 + n, held_out=True) for n in range(2)),
    source("held-anneal", "annealed_boundary", 30, held_out=True),
)


def explorations(recipe, number):
    """Return two runs of a round's committee."""
    return [
        source(f"round-{number}-{n}", "active", 100 * number + n, making="exploration", potential="")
        for n in range(2)
    ]


tiny_distil = partial(distil, sources=SOURCES, explorations=explorations)


def run(folder, options=OPTIONS, **wishes):
    """Distil in a folder."""
    inputs = {"recipe": RECIPE, "settings": SETTINGS, **wishes}
    return tiny_distil(folder, options, teacher(), lambda: teacher("another"), **inputs)


def two_epochs(*_given, **_named):
    """Stand in for the measurement of an epoch, so that the plan does not depend on the clock."""
    return 2


def without_clock(patch):
    """Make every training two epochs long."""
    patch.setattr(training, "epochs_within", two_epochs)


def into_the_command(patch):
    """Let the command distil the tiny thing."""
    patch.setattr(distil_command, "distil", tiny_distil)
    patch.setattr(distil_command, "load_teacher", lambda name, _device: teacher(NAMES[name]))
    patch.setattr(distil_command, "TeachingRecipe", lambda seed: replace(RECIPE, seed=seed))
    patch.setattr(distil_command, "NepSettings", lambda: SETTINGS)
