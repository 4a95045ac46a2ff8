"""The rules of this house, one test each. `scripts/lint` prints the same findings."""

import pytest

from scripts.checks import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_house_rule(check: Check) -> None:
    assert [str(finding) for finding in check()] == []
