"""What all tests share.

Home Assistant's test package brings a package `custom_components` of its own, and the first one that is
imported wins: ours has to be imported before any fixture runs, else "Integration not found".
"""

import custom_components  # noqa: F401
