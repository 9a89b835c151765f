"""Reads scans and masks in a thread, and asks what has to be known for that."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from flare_gui.app.dialogs.mask_values import MaskValuesDialog
from flare_gui.app.dialogs.series import ask_case, ask_series
from flare_gui.app.document import opening
from flare_gui.app.document.opening import CaseChoice, Gap, MaskQuestion, MaskRead, Opened, SeriesChoice
from flare_gui.app.window.context import Context
from flare_gui.app.words import tr
from flare_gui.volume import Volume

if TYPE_CHECKING:
    from flare_gui.io import Organs

Use = Callable[[Opened | MaskRead | MaskQuestion], None]


class Reading(QObject):
    """All that is asked: which series, which scan of a folder, whether to fill a gap, what a mask's numbers mean."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.parent)
        self._context, self._parent, self._runner = context, context.parent, context.runner

    def scan(
        self,
        paths: list[Path],
        use: Use,
        *,
        series: str | None = None,
        onto: Volume | None = None,
        allow_gaps: bool = False,
    ) -> None:
        """Give what lies at `paths` to `use`: a scan, or a mask of the scan `onto`."""
        if self._context.is_busy():
            return
        store = self._context.store
        read = partial(
            opening.open_paths, paths, series=series, allow_gaps=allow_gaps, store=store, onto=None if series else onto
        )

        def found(result: Opened | MaskRead | MaskQuestion | SeriesChoice | CaseChoice | Gap) -> None:
            if isinstance(result, SeriesChoice):
                by_series = ask_series(result, self._parent)
                by_series.chosen.connect(lambda uid: self.scan(paths, use, series=uid))
                by_series.open()
            elif isinstance(result, CaseChoice):
                by_case = ask_case(result.path, result.cases, self._parent)
                by_case.chosen.connect(lambda path: self.scan([path], use, onto=onto))
                by_case.open()
            elif isinstance(result, Gap):
                self._ask_about_gap(result, lambda: self.scan(paths, use, series=result.series, allow_gaps=True))
            else:
                use(result)

        self._runner.run(tr("Reading"), read, found)

    def mask(self, volume: Volume, path: Path, use: Callable[[MaskRead], None], still: Callable[[], bool]) -> None:
        """Give the mask of `volume` at `path` to `use`; a question is of use only as long as `still` holds."""
        if not self._context.is_busy():
            read = partial(opening.read_mask, volume, path)
            self._runner.run(tr("Reading"), read, partial(self._mask_read, volume, use, still))

    def ask_about_values(
        self, question: MaskQuestion, volume: Volume, use: Callable[[MaskRead], None], still: Callable[[], bool]
    ) -> None:
        """The table of a mask's values; with the answer the mask is read again and given to `use`."""
        dialog = MaskValuesDialog(question.path, question.rows, self._parent)

        def answered(meaning: "Mapping[str, Organs]") -> None:
            # The scan may be another one by now.
            if still() and not self._context.is_busy():
                read = partial(opening.read_mask, volume, question.path, meaning)
                self._runner.run(tr("Reading"), read, partial(self._mask_read, volume, use, still))

        dialog.answered.connect(answered)
        dialog.open()

    def _mask_read(
        self,
        volume: Volume,
        use: Callable[[MaskRead], None],
        still: Callable[[], bool],
        read: MaskRead | MaskQuestion,
    ) -> None:
        if isinstance(read, MaskQuestion):
            self.ask_about_values(read, volume, use, still)
        else:
            use(read)

    def _ask_about_gap(self, gap: Gap, fill: Callable[[], None]) -> None:
        """The question whether slices that are missing may be made up."""
        box = QMessageBox(QMessageBox.Icon.Question, "flare-gui", gap.sentence, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(tr("What is made up there is no measurement. Better ask for the complete series."))
        yes = box.addButton(tr("Fill the gap by interpolation"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes.clicked.connect(fill)
        box.open()
