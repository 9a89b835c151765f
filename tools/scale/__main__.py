"""`python -m tools.scale`: measure, real, cost."""

import argparse
import json
from pathlib import Path

from tools.scale import tables
from tools.scale.cost import Site

STAGES = Path(__file__).resolve().parents[2] / "docs" / "scale.json"


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m tools.scale", description="What many scans cost: docs/scale.md.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    measure = commands.add_parser("measure", help="the stages of real scans on this machine, as JSON")
    measure.add_argument("scans", nargs="+", type=Path, metavar="SCAN")
    measure.add_argument("-o", dest="stages", type=Path, default=STAGES, metavar="JSON")
    measure.add_argument("--repeats", type=int, default=3)
    measure.set_defaults(run=_measure)

    real = commands.add_parser("real", help="a real batch of the same scans, to hold the simulation against")
    real.add_argument("scans", nargs="+", type=Path, metavar="SCAN")
    real.add_argument("-o", dest="stages", type=Path, default=STAGES, metavar="JSON")
    real.add_argument("--jobs", type=int, nargs="+", default=[1, 3])
    real.add_argument("--rounds", type=int, default=3, help="how often each scan is in it")
    real.set_defaults(run=_real)

    cost = commands.add_parser("cost", help="time, memory, disk, network, money, and what is at its limit first")
    cost.add_argument("cases", nargs="*", type=int, default=(2_000, 1_000_000), metavar="N")
    cost.add_argument("--price-per-hour", type=float, metavar="PRICE", help="of one machine, in any currency")
    cost.add_argument("--check", action="store_true", help="send up to 2,000 cases through the simulated site too")
    cost.add_argument("--document", action="store_true", help="write the tables of docs/scale.md anew")
    cost.set_defaults(run=_cost)
    for name, kind, what in (
        ("machines", int, "how many, all alike"),
        ("cores", int, "of each machine"),
        ("jobs", int, "cases at once on each machine"),
        ("link-mb-s", float, "MB/s that one machine gets from the storage"),
        ("storage-mb-s", float, "MB/s that the storage gives to all machines together"),
        ("dispatch-s", float, "seconds to hand out a case (default: as measured)"),
        ("device-s", float, "the network runs on a device of its own and takes this many seconds a case"),
    ):
        cost.add_argument(f"--{name}", type=kind, help=what)
    cost.add_argument("--stages", type=Path, default=STAGES, metavar="JSON", help="from `measure`")

    given = parser.parse_args()
    given.run(given)


def _measure(given: argparse.Namespace) -> None:
    from tools.scale.measure import measured

    stages = measured(given.scans, repeats=given.repeats)
    given.stages.write_text(json.dumps(stages, indent=1) + "\n", encoding="utf-8")
    print(f"{given.stages}: {len(stages['scans'])} scans")


def _real(given: argparse.Namespace) -> None:
    from tools.scale.measure import real

    stages = json.loads(given.stages.read_text(encoding="utf-8"))
    new = [real(given.scans, jobs=jobs, rounds=given.rounds) for jobs in given.jobs]
    kept = [row for row in stages.get("real", []) if row["jobs"] not in given.jobs]
    stages["real"] = sorted([*kept, *new], key=lambda row: row["jobs"])
    given.stages.write_text(json.dumps(stages, indent=1) + "\n", encoding="utf-8")
    print(tables.real_check(stages))


def _cost(given: argparse.Namespace) -> None:
    stages = json.loads(given.stages.read_text(encoding="utf-8"))
    if given.document:
        tables.rewrite(stages)
        return
    site = Site(dispatch_s=stages["dispatch"]["seconds_per_task"])
    chosen = {name: getattr(given, name) for name in vars(site) if getattr(given, name) is not None}
    site = Site(**{**vars(site), **chosen})
    print(tables.costs(stages, site, given.cases, device_s=given.device_s, price_per_hour=given.price_per_hour))
    if given.check:
        print(tables.check(stages, [site], device_s=given.device_s))


if __name__ == "__main__":
    main()
