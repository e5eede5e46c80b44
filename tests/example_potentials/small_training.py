"""Settings of a model that is trained in seconds."""

from grainway.distillation.nep_settings import NepSettings

SMALL = NepSettings(
    radial_cutoff=5, angular_cutoff=4, n_radial=4, n_angular=2, basis_radial=6, basis_angular=4, l_max=2,
    four_body=False, neurons=10, batch=2, repulsion_outer=None,
)  # fmt: skip
