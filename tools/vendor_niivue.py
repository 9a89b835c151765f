"""Fetch NiiVue, which shared pages carry: assets/niivue gets its code, the licences of all inside, and checksums.

python3 tools/vendor_niivue.py          # asks npm for the versions below, and writes
python3 tools/vendor_niivue.py --check  # asks nobody: is what lies there what was fetched?

npm has to be there for the first. A newer release: change its version, run, look at a page, run the tests of pages.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "assets" / "niivue"
NIIVUE = "@niivue/niivue@0.69.0"
BUNDLE = "niivue.umd.js"
# What the bundle has inside (`dist/metafile-esm.json` lists it). Their packages bring licence texts.
INSIDE = (
    "@lukeed/uuid@2.0.1",
    "@ungap/structured-clone@1.2.0",
    "@zarrita/storage@0.1.4",
    "array-equal@1.0.2",
    "fflate@0.8.2",
    "gl-matrix@3.4.3",
    "nifti-reader-js@0.8.0",
    "numcodecs@0.3.2",
    "zarrita@0.5.4",
)
# NiiVue's own package has none; this is the one of its repository.
LICENCE = """BSD 2-Clause License

Copyright (c) 2021, Niivue
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        return check()
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        files = unpacked(NIIVUE, Path(folder))
        texts = [f"{NIIVUE} (BSD-2-Clause)\n\n{LICENCE}"]
        for package in INSIDE:
            found = unpacked(package, Path(folder))
            about = json.loads(found["package.json"])
            texts.append(f"{package} ({about['license']})\n\n{licence_in(found)}")
    bundle = files[f"dist/{BUNDLE}"]
    TARGET.mkdir(parents=True, exist_ok=True)
    written = {BUNDLE: bundle, "LICENSES.txt": ("\n\n" + "-" * 80 + "\n\n").join(texts).encode()}
    for name, data in written.items():
        (TARGET / name).write_bytes(data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in written.items()}
    source = {"package": NIIVUE, "inside": INSIDE, "sha256": sums}
    (TARGET / "source.json").write_text(json.dumps(source, indent=2) + "\n", encoding="utf-8")
    return 0


def check() -> int:
    """Whether every file has the checksum that was written down when it was fetched."""
    source = json.loads((TARGET / "source.json").read_text(encoding="utf-8"))
    changed = [
        name
        for name, expected in source["sha256"].items()
        if hashlib.sha256((TARGET / name).read_bytes()).hexdigest() != expected
    ]
    for name in changed:
        print(f"{TARGET / name}: not as it was fetched", file=sys.stderr)
    return int(bool(changed))


def unpacked(package: str, folder: Path) -> dict[str, bytes]:
    """The files of an npm package by name; npm itself compares its archive with the registry's checksum."""
    command = ["npm", "pack", "--json", "--pack-destination", str(folder), package]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    with tarfile.open(folder / json.loads(answer.stdout)[0]["filename"]) as archive:
        members = [member for member in archive if member.isfile()]
        return {member.name.partition("/")[2]: archive.extractfile(member).read() for member in members}


def licence_in(files: dict[str, bytes]) -> str:
    """The text of a package's licence. Raises `ValueError` when there is none."""
    for name, data in files.items():
        if "/" not in name and name.lower().startswith(("licen", "copying")):
            return data.decode()
    raise ValueError(f"no licence among {sorted(name for name in files if '/' not in name)}")


if __name__ == "__main__":
    sys.exit(main())
