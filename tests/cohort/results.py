"""Folders of results for tests: real ones of a tiny network, and many made-up ones without scans."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui import io
from flare_gui.batch import review
from flare_gui.batch.case_files import CaseFiles, mask_record, report_text
from flare_gui.batch.review import Decision
from flare_gui.batch.run_case import Options, segment_case
from flare_gui.batch.summary import write_summary
from flare_gui.model.weights import Model
from flare_gui.organs import ORGANS
from tests.tiny import write_scan

FIXED = Options(device="cpu", precision="float32")
USUAL_ML = {"liver": 1500.0, "right_kidney": 150.0, "spleen": 200.0, "left_kidney": 155.0}


def segmented(folder: Path, out: Path, model: Model, count: int) -> list[io.Case]:
    """Scans `ct0`, `ct1` ... of soft tissue in `folder`, and what the network makes of them in `out`."""
    cases = io.find_cases([write_scan(folder / f"ct{i}.nii.gz", i) for i in range(count)])
    write_summary(out, [segment_case(case, out, model, FIXED, picture=True) for case in cases], [])
    return cases


def made_up(out: Path, count: int) -> None:
    """The files of `count` cases, with masks that hold nothing: for tables, which do not look into them."""
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for number in range(count):
        files = CaseFiles(out, f"case{number:04d}")
        files.mask.write_bytes(b"x" * 100)
        organs: dict[str, Any] = {}
        for organ in ORGANS:
            ml = float(USUAL_ML[organ.key] * rng.lognormal(0, 0.25))
            there = rng.random() > 0.01
            organs[organ.key] = {
                "label": organ.label,
                "voxels": int(ml * 100) if there else 0,
                "volume_ml": round(ml, 4) if there else 0.0,
                "mean_hu": 100.0 if there else None,
                "sd_hu": 20.0 if there else None,
                "touches_border": False,
                "confidence": round(float(rng.uniform(0.7, 0.98)), 3) if there else None,
            }
        report = {
            "case": files.name,
            "organs": organs,
            "input": {"file": f"{files.name}.nii.gz", "shape": [512, 512, 100]},
            "model": {"id": "made up", "sha256": "0" * 64},
            "warnings": [],
            "findings": [],
            "labels": "organs",
            "made_from": {"scan_sha256": "0" * 64},
            "mask": mask_record(files.mask, files.mask.name),
        }
        files.report.write_text(report_text(report), encoding="utf-8")


def say(out: Path, case: str, status: str, note: str = "") -> Decision:
    """A decision of a reviewer."""
    return review.decide(out, Decision(case, status, note, "Ann", datetime.now(UTC)))


def rows_of(table: Path) -> dict[str, dict[str, str]]:
    """The rows of a table, by case."""
    with table.open(newline="", encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def report_of(out: Path, name: str) -> dict[str, Any]:
    """The JSON of a case."""
    report: dict[str, Any] = json.loads(CaseFiles(out, name).report.read_text(encoding="utf-8"))
    return report
