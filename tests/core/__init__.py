"""Tests of the brain, without Home Assistant."""
