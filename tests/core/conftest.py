"""Replaces what the test package does around each test for Home Assistant's sake.

Its automatic fixtures give every test an event loop in debug mode, and look for lingering tasks and timers
afterwards: 10 ms a test. The brain is synchronous and knows no loop; its thousands of table rows do without.
"""

import pytest


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Do without the loop."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Do without the loop's debug mode."""


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Do without the search for lingering tasks."""
