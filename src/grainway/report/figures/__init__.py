"""The figures of a campaign's report, as plotly figures, and what they show before any drawing."""
