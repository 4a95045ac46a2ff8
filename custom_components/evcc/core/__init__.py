"""The brain: pure decisions. No Home Assistant, no input or output, no wall clock, no globals."""
