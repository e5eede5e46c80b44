"""Physical constants and the conversions out of the internal unit system.

Inside grainway all quantities are in the LAMMPS ``metal`` system: Å, ps, eV, K, e (elementary
charge), bar. Conversions happen once, where a number is reported. Constants: CODATA 2018, of which
e, k_B and N_A are exact.
"""

ELEMENTARY_CHARGE_C = 1.602176634e-19
BOLTZMANN_EV_PER_K = 8.617333262e-5

# 1 Å²/ps = 1e-16 cm² / 1e-12 s
CM2_PER_S_PER_A2_PER_PS = 1e-4

# conductivity in e²/(Å ps eV): e²/(eV) = e/V → e · 1/(1e-8 cm · 1e-12 s · V) = S/cm
S_PER_CM_PER_INTERNAL = ELEMENTARY_CHARGE_C / (1e-8 * 1e-12)

# resistance times area in Å² ps eV/e² → Ω cm² (conductivity over length, inverted)
OHM_CM2_PER_INTERNAL = 1e-8 / S_PER_CM_PER_INTERNAL

J_PER_M2_PER_EV_PER_A2 = ELEMENTARY_CHARGE_C * 1e20
BAR_PER_ATM = 1.01325
