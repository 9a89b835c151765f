"""The documentation's own promises: a README for two minutes, pages that are found, links and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_the_readme_is_read_in_two_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_every_page_is_found_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.parent.name == "docs" and f"({page.name})" not in index] == [
        "README.md"
    ]


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@each_page
def test_files_of_ours_that_are_named_exist(page: Path) -> None:
    """`tests/app/...`, `flare_gui/io/...`, `trainer/...`: a file that moved takes its mention along."""
    named = re.findall(r"`((?:tests|flare_gui|trainer|tools)/[\w/.*-]+)", page.read_text(encoding="utf-8"))
    assert [name for name in named if not list(ROOT.glob(name))] == []


@each_page
def test_tests_that_are_named_exist(page: Path) -> None:
    found = re.findall(r"(test_\w+\.py)::(test_\w+)", page.read_text(encoding="utf-8"))
    files = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")}
    assert [f"{file}::{test}" for file, test in found if f"def {test}(" not in files.get(file, "")] == []
