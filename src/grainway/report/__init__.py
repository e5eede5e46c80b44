"""What people see of a campaign: progress, tables, the report and the best structures.

Importing this package loads neither plotly nor jinja2; :func:`write_report` does.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
