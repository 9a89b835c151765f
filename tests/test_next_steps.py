"""One source of sentences: the command line names its options, the window never does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import flare_gui
from flare_gui import next_steps
from flare_gui.app.jobs.job import explained
from flare_gui.errors import FlareError, OutputExists
from flare_gui.next_steps import Step, in_window

ROOT = Path(flare_gui.__file__).parent
# What no window ever says.
COMMAND_LINE = ("cli.py", "console.py", "cluster.py", "next_steps.py", "commands/")
OPTION = re.compile(r"(^|[\s(`'])(--[a-z][a-z-]+|-[a-z])(?=[\s.,;)'`=]|$)")


@pytest.mark.parametrize("step", next_steps.ALL)
def test_each_step_names_options_on_the_command_line_and_none_in_the_window(step: Step) -> None:
    assert OPTION.search(step.command) and not OPTION.search(in_window(step.command))
    error = OutputExists("there is a file already", hint=f"Ask for the complete series. {step.command}")
    sentence, details = explained(error)
    assert sentence == f"there is a file already. Ask for the complete series. {step.window}" and not details
    assert step.command in str(error)


def test_what_is_no_step_is_said_as_it_is() -> None:
    assert in_window("Open a scan of -1024 to 3071 HU.") == "Open a scan of -1024 to 3071 HU."
    assert explained(FlareError("x is broken", hint="Copy it again."))[0] == "x is broken. Copy it again."


def _said(module: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that have words in them, but for docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and " " in node.value
        ):
            yield node.lineno, node.value


def test_no_sentence_that_a_window_can_say_names_an_option() -> None:
    found = [
        f"{module.relative_to(ROOT)}:{line}: {text}"
        for module in sorted(ROOT.rglob("*.py"))
        if not str(module.relative_to(ROOT)).startswith(COMMAND_LINE)
        for line, text in _said(module)
        if OPTION.search(text)
    ]
    assert not found, "\n".join(found)
