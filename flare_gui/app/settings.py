"""What the program remembers from one start to the next. A home that cannot be written to only forgets."""

import json
from pathlib import Path
from typing import Any

from platformdirs import user_state_path
from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 10


class Settings:
    """Typed access to the few things that are kept, in an INI file where the system keeps those."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._store = (
            QSettings(str(file), QSettings.Format.IniFormat)
            if file is not None
            else QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "flare-gui", "flare-gui")
        )

    @property
    def recovery_folder(self) -> Path:
        """Where corrections are kept against a crash: beside the settings' file, or where the system keeps state."""
        return (self._file.parent if self._file is not None else user_state_path("flare-gui")) / "recovery"

    @property
    def are_kept(self) -> bool:
        """Whether the file of settings can be written."""
        return bool(self._store.isWritable())

    @property
    def recent(self) -> list[Path]:
        """Scans that were opened, last first, without those that are gone."""
        # An INI file gives a list of one back as a string.
        names = self._store.value("recent", [])
        names = [names] if isinstance(names, str) else names
        return [Path(name) for name in names if Path(name).exists()] if isinstance(names, list) else []

    @property
    def folder(self) -> str:
        """Where file dialogs begin: beside the last scan, empty before there was one."""
        recent = self.recent
        return str(recent[0].parent) if recent else ""

    def add_recent(self, path: Path) -> None:
        """Put a scan on top of the list."""
        path = path.resolve()
        others = [other for other in self.recent if other != path]
        self._store.setValue("recent", [str(p) for p in [path, *others][:MOST_RECENT]])

    def forget_recent(self) -> None:
        """Empty the list."""
        self._store.remove("recent")

    @property
    def language(self) -> str:
        """The code of the language that was chosen, such as "de"; empty to follow the system."""
        return str(self._store.value("language", "", str))

    @language.setter
    def language(self, code: str) -> None:
        self._store.setValue("language", code)

    @property
    def automatic(self) -> bool:
        """Whether a scan is segmented as soon as it is open."""
        return bool(self._store.value("segment_when_opened", False, bool))

    @automatic.setter
    def automatic(self, on: bool) -> None:
        self._store.setValue("segment_when_opened", on)

    @property
    def knows_first_steps(self) -> bool:
        """Whether the user has taken away what the start page says to newcomers, or has segmented a scan."""
        return bool(self._store.value("knows_first_steps", False, bool))

    def learn_first_steps(self) -> None:
        """Say nothing of that any more."""
        self._store.setValue("knows_first_steps", True)

    @property
    def weights(self) -> Path | None:
        """Weights of the user's own, None for the shipped ones or when the file is gone."""
        name = self._store.value("weights", "", str)
        return Path(str(name)) if name and Path(str(name)).exists() else None

    @weights.setter
    def weights(self, path: Path | None) -> None:
        self._store.setValue("weights", str(path or ""))

    def choices(self, dialog: str) -> dict[str, Any]:
        """What was chosen in a dialog the last time; empty at first, and when it cannot be read."""
        try:
            found = json.loads(str(self._store.value(f"choices/{dialog}", "{}", str)))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def keep_choices(self, dialog: str, choices: dict[str, Any]) -> None:
        """Remember what `choices` gives back."""
        self._store.setValue(f"choices/{dialog}", json.dumps(choices))

    def bytes(self, key: str) -> QByteArray:
        """A window's geometry or the places of its docks, as Qt saved them; empty at first."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep_bytes(self, key: str, value: QByteArray) -> None:
        """Remember what `bytes` gives back."""
        self._store.setValue(key, value)
