"""Results as CSV and JSON, structures as extended XYZ and LAMMPS data, never half written."""
