"""Which packages come along with flare-gui and under which licences: writes docs/licences.md, fails on a GPL.

.venv/bin/python tools/licences.py [--check]
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = "flare-gui"
# The extras that a user installs; `test` and `bench` are for those who work on the code.
EXTRAS = ("dicom", "cluster")
TARGET = Path(__file__).resolve().parent.parent / "docs" / "licences.md"
# Read in the package itself where its metadata say it badly.
KNOWN = {
    "imageio-ffmpeg": "BSD-2-Clause; brings the ffmpeg program (GPL), which is run as a process and never linked",
    "pyside6-essentials": "LGPL-3.0-only, used as a library that can be replaced",
    "shiboken6": "LGPL-3.0-only, used as a library that can be replaced",
}
HEAD = """# Licences of what comes along

flare-gui itself is Apache-2.0, its weights have [a licence of their own](../assets/LICENSE-weights). These packages are
installed with it, straight or because one of them needs it; `tools/licences.py` makes this list from what is installed.
None that is imported or linked is under the GPL. NVIDIA's libraries, which PyTorch brings along for GPUs on Linux, are
under licences of NVIDIA and not in the list.

The bundle that needs no Python ([installing.md](installing.md)) holds the texts of all these, of Python, and of the
system's libraries in it, in its folder `licences`; building it stops at a file whose licence it does not know. It also
holds PyInstaller's start-up code, under the GPL with an exception for what is built with it, and ffmpeg, a program of
its own, under the GPL-3.0.

| package | version | licence |
|---|---|---|
"""

SHARED_PAGE = """
What `flare-gui share` writes carries these, from `assets/niivue`, whose `LICENSES.txt` has their texts and is in each
page; `tools/vendor_niivue.py` fetches them.

| package | version | licence |
|---|---|---|
"""


def vendored() -> str:
    """The rows of what lies in assets/niivue."""
    texts = (TARGET.parent.parent / "assets" / "niivue" / "LICENSES.txt").read_text(encoding="utf-8")
    found = re.findall(r"^(@?[\w/.-]+)@([\d.]+) \((.+)\)$", texts, re.M)
    return "".join(f"| {name} | {version} | {words} |\n" for name, version, words in found)


def canonical(name: str) -> str:
    """A package's name as indexes compare it: lower case, hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> dict[str, Distribution]:
    """Every installed package that the program needs, by its normal name."""
    found: dict[str, Distribution] = {}
    ahead = [(ROOT, EXTRAS)]
    while ahead:
        name, extras = ahead.pop()
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            key = canonical(requirement.name)
            wanted = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in (*extras, "")
            )
            if not wanted or key in found or key == ROOT or key.startswith("nvidia-"):
                continue
            try:
                found[key] = distribution(key)
            except PackageNotFoundError:
                continue
            ahead.append((key, tuple(requirement.extras)))
    return found


def licence(name: str, package: Distribution) -> str:
    """What a package says about itself: expression, classifiers, or the first line of its field."""
    if name in KNOWN:
        return KNOWN[name]
    about = package.metadata
    expression = about.get("License-Expression")
    if expression:
        return str(expression)
    classified = [
        line.split(" :: ")[-1]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    if classified:
        return ", ".join(classified)
    return (str(about.get("License") or "").strip().splitlines() or ["not stated"])[0][:80]


def is_gpl(text: str) -> bool:
    """Whether a licence is the GPL (and not the LGPL, nor a choice of another one)."""
    return bool(re.search(r"(?<!L)(?<!Lesser )\bA?GPL|GNU (Affero )?General Public", text)) and " OR " not in text


def main() -> int:
    rows = {name: (package.version, licence(name, package)) for name, package in sorted(needed().items())}
    bad = [name for name, (_, text) in rows.items() if is_gpl(text) and name not in KNOWN]
    if bad:
        print(f"under the GPL, which ours does not go with: {', '.join(bad)}", file=sys.stderr)
        return 1
    text = HEAD + "".join(f"| {name} | {version} | {words} |\n" for name, (version, words) in rows.items())
    text += SHARED_PAGE + vendored()
    if "--check" in sys.argv:
        listed = set(re.findall(r"^\| ([a-z0-9-]+) \|", TARGET.read_text(encoding="utf-8"), re.M)) - {"package"}
        missing = sorted(set(rows) - listed)
        if missing:
            print(f"not in {TARGET.name}: {', '.join(missing)}; run tools/licences.py", file=sys.stderr)
        return bool(missing)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
