"""What people see of a campaign: progress, tables, the report and the best structures.

In: a campaign, an analysed trajectory or a validation. Out: terminal, a page that opens offline, CSV, JSON,
structures.

Importing this package loads neither plotly nor jinja2; :func:`write_report` does.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
