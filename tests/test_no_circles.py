"""Nobody has to read two files at once to understand one: no module imports itself, not even for its types."""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


@pytest.mark.parametrize("package", ["flare_gui", "trainer"])
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    # Imports inside functions and under TYPE_CHECKING count too.
    graph = grimp.build_graph(package, exclude_type_checking_imports=False, cache_dir=None)
    sorter = TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})
    try:
        sorter.prepare()
    except CycleError as circle:
        pytest.fail(f"a circle: {' <- '.join(circle.args[1])}")
