"""Tests of the adapter, with a running Home Assistant."""
