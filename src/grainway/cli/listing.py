"""All commands in the order of the help: names, modules and first lines."""

from __future__ import annotations

from grainway.cli.listed_commands import ListedCommand

COMMANDS = (
    ListedCommand("init", "grainway.cli.campaign_commands", "Write a commented campaign file."),
    ListedCommand(
        "run",
        "grainway.cli.campaign_commands",
        "Run a campaign, or resume it after any interruption, and write its report.",
    ),
    ListedCommand("resume", "grainway.cli.campaign_commands", "Resume a campaign (the same as run)."),
    ListedCommand(
        "import",
        "grainway.cli.campaign_commands",
        "Take over finished evaluations of another campaign; the budget does not count them.",
    ),
    ListedCommand(
        "status",
        "grainway.cli.campaign_commands",
        "Show what a campaign has done so far, also while it runs.",
    ),
    ListedCommand(
        "report",
        "grainway.cli.campaign_commands",
        "Write the report, tables and best structures of what a campaign has done so far.",
    ),
    ListedCommand(
        "validate",
        "grainway.cli.potentials.validate_command",
        "Compare lattice, bonds, stability, diffusion and conductivity of each potential with experiment.",
    ),
    ListedCommand(
        "build",
        "grainway.cli.structures.build_command",
        "Build the boundary nearest to a wish, or the start of one of a campaign's evaluations.",
    ),
    ListedCommand(
        "ground-state",
        "grainway.cli.structures.ground_state_command",
        "Search translations, cuts and Li2O counts for the boundary of lowest energy, minimised in LAMMPS.",
    ),
    ListedCommand(
        "library",
        "grainway.cli.structures.library_command",
        "List, filter and export the boundaries that can be built; build them by the thousand.",
    ),
    ListedCommand(
        "analyse",
        "grainway.cli.trajectories.analyse_command",
        "Measure the transport of ions in a trajectory: diffusivity, conductivity, Haven ratio, boundaries.",
    ),
    ListedCommand(
        "nemd",
        "grainway.cli.trajectories.nemd_command",
        "Drive the ions along z with constant fields of both signs and measure the current they carry.",
    ),
)

POTENTIAL_COMMANDS = (
    ListedCommand(
        "list", "grainway.cli.potentials.potential_command", "List the potentials that come with grainway."
    ),
    ListedCommand(
        "check",
        "grainway.cli.potentials.potential_command",
        "Check the potential of a campaign file: commands, files, elements, charges, then one run in LAMMPS.",
    ),
    ListedCommand(
        "distil",
        "grainway.cli.potentials.distil_command",
        "Label, train, and let the models ask for what they do not know, until that no longer helps.",
    ),
    ListedCommand(
        "label",
        "grainway.cli.potentials.teaching_command",
        "Make frames of bulk, surfaces, boundaries and melts, and label them with a reference potential.",
    ),
    ListedCommand(
        "train",
        "grainway.cli.potentials.teaching_command",
        "Train a potential and its committee on labelled frames, and measure them on frames held out.",
    ),
    ListedCommand(
        "pack",
        "grainway.cli.potentials.teaching_command",
        "Pack labels into two compact files to ship beside a model.",
    ),
    ListedCommand(
        "card",
        "grainway.cli.potentials.card_command",
        "Show what a distilled potential learned from and how far it is from its teacher.",
    ),
)
