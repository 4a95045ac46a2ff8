"""Tests of the coordinator on the virtual plant."""
