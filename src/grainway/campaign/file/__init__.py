"""The campaign file: one TOML that says everything, and the classes it is read into.

In: a path. Out: :class:`CampaignConfig`; unknown keys and values out of range are refused by name.
"""
