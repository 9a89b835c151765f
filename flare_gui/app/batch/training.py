"""The trainer at work beside the window: a process of its own that begins, pauses and goes on."""

import sys
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from flare_gui.app.jobs.runner import duration
from flare_gui.app.words import tr
from flare_gui.cohort import learning
from flare_gui.errors import FlareError

FOLDER = "taught"
"""Where runs lie in a folder of results, one folder each."""

STAGES = {
    "reading": tr("reading the cases"),
    "before": tr("measuring the network in use"),
    "training": tr("learning"),
    "after": tr("measuring the new one"),
}
# Before this much of the training is done, how long the rest takes is a guess in the dark.
_ENOUGH_FOR_A_GUESS = 0.04


def command() -> list[str]:
    """How the trainer is started: the program never imports it."""
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).with_name("flare-train"))]
    return [sys.executable, "-m", "trainer"]


def unfinished(cohort: Path) -> Path | None:
    """The last run of a cohort, if it was stopped before its end."""
    runs = sorted(path for path in (cohort / FOLDER).glob("*") if path.is_dir())
    return runs[-1] if runs and not (runs[-1] / learning.RESULT).exists() else None


class Training(QObject):
    """`moved` carries a fraction of the stage and words; `done` a `Lesson` and the run's folder; `failed` a sentence.

    `changed` when it begins, pauses or ends.
    """

    moved = Signal(float, str)
    done = Signal(object, object)
    failed = Signal(str)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._run = Path()
        self._said: list[str] = []
        self._pausing = False
        self._first: tuple[float, float] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None

    def begin(self, cohort: Path, weights: Path | None) -> None:
        """Start, or go on where the last run was stopped."""
        self._run = unfinished(cohort) or cohort / FOLDER / f"{datetime.now():%Y-%m-%d-%H%M%S}"
        self._said, self._pausing, self._first = [], False, None
        program, *arguments = command()
        arguments += ["adapt", str(cohort), "--out", str(self._run)]
        arguments += ["--weights", str(weights)] if weights is not None else []
        self._process = process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._broken)
        process.start(program, arguments)
        self.changed.emit()

    def pause(self) -> None:
        """Stop after this step, with a checkpoint."""
        if self._process is not None:
            self._pausing = True
            self.moved.emit(-1.0, tr("stopping after this step…"))
            self._process.terminate()

    def stop(self, seconds: float) -> None:
        """Pause and wait, before the program ends."""
        if self._process is not None:
            process, self._process = self._process, None
            process.blockSignals(True)
            process.terminate()
            if not process.waitForFinished(int(seconds * 1000)):
                process.kill()
                process.waitForFinished(1000)

    def _read(self) -> None:
        assert self._process is not None
        for line in bytes(self._process.readAllStandardOutput().data()).decode(errors="replace").splitlines():
            stage, _, rest = line.partition(" ")
            percent = rest.removesuffix(" %")
            if stage in STAGES and percent.isdigit():
                self._show(stage, int(percent) / 100)
            elif line.strip():
                self._said.append(line.strip())

    def _show(self, stage: str, fraction: float) -> None:
        words = STAGES[stage]
        now = datetime.now().timestamp()
        if stage == "training":
            self._first = self._first or (now, fraction)
            begun, at = self._first
            if fraction - at >= _ENOUGH_FOR_A_GUESS:
                words += tr(", {time} left").format(time=duration((now - begun) / (fraction - at) * (1 - fraction)))
        self.moved.emit(fraction, words)

    def _finished(self, code: int, _: QProcess.ExitStatus) -> None:
        self._process = None
        try:
            lesson = learning.read(self._run)
            if lesson is not None:
                self.done.emit(lesson, self._run)
            elif self._pausing:
                self.moved.emit(-1.0, tr("paused: it goes on where it was, also after the program was closed"))
            else:
                said = self._said[-1] if self._said else tr("it ended with code {code}").format(code=code)
                self.failed.emit(said.removeprefix("flare-train: "))
        except FlareError as problem:
            self.failed.emit(str(problem))
        self.changed.emit()

    def _broken(self, problem: QProcess.ProcessError) -> None:
        if problem == QProcess.ProcessError.FailedToStart:
            self._process = None
            self.failed.emit(tr("The trainer cannot be started: {command}").format(command=command()[0]))
            self.changed.emit()
