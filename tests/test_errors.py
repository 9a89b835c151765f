import pytest

from flare_gui.errors import without_options


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Ask for the complete series. With --allow-gaps they are filled.", "Ask for the complete series."),
        ("Replace it with --overwrite, or choose another folder with -o.", ""),
        ("Copy it again.", "Copy it again."),
        ("Open a scan of -1024 to 3071 HU.", "Open a scan of -1024 to 3071 HU."),
    ],
)
def test_a_window_names_no_options(said: str, shown: str) -> None:
    assert without_options(said) == shown
