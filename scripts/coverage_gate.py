"""Report the branch coverage of the last test run in two figures, and fail below what is agreed."""

import io
import sys

from coverage import Coverage

PACKAGE = "custom_components/evcc"
CORE = f"{PACKAGE}/core/*"

# The brain decides about current and money: nearly every branch of it has a test.
CORE_AT_LEAST = 98.0
REST_AT_LEAST = 95.0


def main() -> int:
    """Print what is not covered, then the two figures."""
    coverage = Coverage()
    coverage.load()
    coverage.report(show_missing=True, skip_covered=True)
    core = coverage.report(include=[CORE], file=io.StringIO())
    rest = coverage.report(omit=[CORE], file=io.StringIO())
    print(f"branch coverage of core/: {core:.2f} % (at least {CORE_AT_LEAST:.0f} %)")
    print(f"branch coverage of the rest: {rest:.2f} % (at least {REST_AT_LEAST:.0f} %)")
    return int(core < CORE_AT_LEAST or rest < REST_AT_LEAST)


if __name__ == "__main__":
    sys.exit(main())
