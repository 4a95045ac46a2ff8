"""Tests of the virtual plant."""
