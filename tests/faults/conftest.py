"""One house for all drills: building it costs as much as a drill."""

from collections.abc import Iterator

import pytest

from tests.faults.house import SCALE, House, house


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    # A poison event is given up after a dozen seconds, not after twenty minutes.
    quick = {"EVENDAS_CLOCK_SCALE": str(SCALE), "EVENDAS_INBOX_RETRY_AFTER": "0.02"}
    with house(folder, **quick) as built:
        yield built
