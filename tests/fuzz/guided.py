"""Coverage-guided fuzzing of one reader: `python -m tests.fuzz.guided TARGET [libFuzzer's options]`.

atheris (Apache-2.0) watches which lines of our readers an input reaches, and goes on from those that reach new ones.
libFuzzer's own limits hold: 10 s an input, 2 GB in all. `-runs=N` or `-max_total_time=S` end it.
"""

import sys

import atheris

with atheris.instrument_imports(include=["flare_gui.io", "flare_gui.workspace", "flare_gui.model.card"]):
    from tests.fuzz.targets import TARGETS, place, run


def main() -> None:
    name = sys.argv[1]
    folder, target = place(), TARGETS[name]
    seeds = folder / "seeds"
    seeds.mkdir()
    for k, data in enumerate(target.seeds()):
        (seeds / str(k)).write_bytes(data)
    options = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=8192", f"-artifact_prefix=tests/fuzz/corpus/{name}-"]

    def one(data: bytes) -> None:
        run(target, folder, data)

    atheris.Setup([sys.argv[0], *options, *sys.argv[2:], str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
