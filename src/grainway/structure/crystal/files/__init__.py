"""Any cubic crystal with mobile lithium from a CIF or TOML file.

In: a path. Out: :class:`IonicCrystal` with centring, shared sites, closest distances and exclusions found.
"""
