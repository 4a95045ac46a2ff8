"""The plant is as pure as the brain: its tests need no event loop but their own."""

from tests.core.conftest import configure_event_loop, enable_event_loop_debug, verify_cleanup

__all__ = ["configure_event_loop", "enable_event_loop_debug", "verify_cleanup"]
