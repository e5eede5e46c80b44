"""Physical constants and the conversions out of the internal unit system.

Inside grainway all quantities are in the LAMMPS ``metal`` system: Å, ps, eV, K, e (elementary
charge), bar. Conversions happen once, where a number is reported. Constants: CODATA 2018, of which
e, k_B and N_A are exact.
"""

ELEMENTARY_CHARGE_C = 1.602176634e-19
BOLTZMANN_EV_PER_K = 8.617333262e-5

CM_PER_A = 1e-8
CM_PER_UM = 1e-4
A_PER_UM = 1e4
A2_PER_NM2 = 100.0

# 1 Å²/ps = 1e-16 cm² / 1e-12 s
CM2_PER_S_PER_A2_PER_PS = 1e-4

# conductivity in e²/(Å ps eV): e²/(eV) = e/V → e · 1/(1e-8 cm · 1e-12 s · V) = S/cm
S_PER_CM_PER_INTERNAL = ELEMENTARY_CHARGE_C / (1e-8 * 1e-12)

J_PER_M2_PER_EV_PER_A2 = ELEMENTARY_CHARGE_C * 1e20
BAR_PER_ATM = 1.01325

# 1 bar Å³ = 1e5 Pa · 1e-30 m³; 1 GPa = 1e9 J/m³ · 1e-30 m³/Å³
EV_PER_BAR_A3 = 1e5 * 1e-30 / ELEMENTARY_CHARGE_C
EV_PER_A3_PER_GPA = 1e9 * 1e-30 / ELEMENTARY_CHARGE_C
