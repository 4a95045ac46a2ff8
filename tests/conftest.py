"""What all tests share.

Home Assistant's test package brings a package `custom_components` of its own, and the first one that is
imported wins: ours has to be imported before any fixture runs, else "Integration not found".
"""

import asyncio
import logging

import pytest

import custom_components  # noqa: F401

# Home Assistant's test package logs every statement, which is much of what a test with sessions takes.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Have asyncio check as in debug mode, without the stack that it keeps of every future.

    This replaces the fixture of Home Assistant's test package. Calls from a wrong thread and coroutines that
    nobody awaits are found as before. The stacks are for messages only and take half of the time; to have
    them, run with -o asyncio_debug=true.
    """
    loop = asyncio.get_running_loop()
    if not loop.get_debug():
        loop.set_debug(True)
        loop.get_debug = lambda: False  # futures and handles ask this; the checks look at what was set
