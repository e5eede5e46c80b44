"""A real campaign of cells as small and runs as short as a resistivity can be had from."""

from grainway.campaign import campaign_toml

SMALL = {
    "design": {"min_grain_thickness": 14.5, "width_max": 2, "max_atoms": 1400},
    "potential": {"name": "buck_core_zm"},
    "protocol": {
        # hot enough for lithium to diffuse within picoseconds
        "temperature": 1900.0,
        "minimise_steps": 50,
        "anneal": 0.2,
        "constant_pressure": 0.5,
        "fixed_cell": 0.1,
        "production": 3.0,
        "production_segment": 0.75,
        "sample_interval": 0.05,
        "frame_interval": 0.25,
    },
}


def small_campaign(path, *, workers, evaluations, arbitration="", candidates=3):
    """Write the campaign file and return its path."""
    path.write_text(
        campaign_toml(
            {
                **SMALL,
                "campaign": {"workers": workers},
                "optimiser": {"max_evaluations": evaluations},
                "arbitration": {"potential": arbitration, "candidates": candidates},
            }
        )
    )
    return path
