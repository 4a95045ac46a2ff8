"""Tests that drive the real frontend in a browser."""
