"""Tests of the tariffs."""
