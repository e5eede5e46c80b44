"""Reading trajectories of other programs, frame by frame.

In: a file of LAMMPS (text, binary), DCD, XTC or what ASE reads; time step and elements where the file has
none. Out: frames in one order of atoms, unwrapped Å and ps, or a refusal that names the frame.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
