"""Which files the system offers to open with flare-gui: one table for Linux, Windows and macOS."""

from typing import Any, NamedTuple


class FileType(NamedTuple):
    """One kind of file: its MIME type, what a file manager calls it, and the endings of its names."""

    mime: str
    name: str
    endings: tuple[str, ...]
    known: bool = False  # to every system already


FILE_TYPES = (
    FileType("application/x-flare-gui", "flare-gui workspace", (".flare",)),
    FileType("application/x-nifti", "NIfTI image", (".nii", ".nii.gz")),
    FileType("application/x-nrrd", "NRRD image", (".nrrd", ".nhdr")),
    FileType("application/x-metaimage", "MetaImage", (".mha", ".mhd")),
    FileType("application/dicom", "DICOM image", (".dcm",), known=True),
)

SHARED_MIME_INFO = "http://www.freedesktop.org/standards/shared-mime-info"
"""The name of the format, which looks like an address and is none."""

FOLDER = "inode/directory"
"""A DICOM series is a folder: "Open with" on one offers flare-gui, too."""


def mime_types() -> str:
    """The `MimeType` of the menu entry."""
    return "".join(f"{mime};" for mime in (*(row.mime for row in FILE_TYPES), FOLDER))


def mime_package() -> str:
    """The shared MIME database's description of the types that it does not have.

    `*.nii.gz` wins over `*.gz` because the database takes the longest pattern.
    """
    rows = []
    for row in FILE_TYPES:
        if not row.known:
            about = f"    <comment>{row.name}</comment>\n"
            about += "".join(f'    <glob pattern="*{ending}"/>\n' for ending in row.endings)
            rows.append(f'  <mime-type type="{row.mime}">\n{about}  </mime-type>\n')
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<mime-info xmlns="{SHARED_MIME_INFO}">\n'
    return head + "".join(rows) + "</mime-info>\n"


def menu_entry(program: str) -> str:
    """The .desktop file that starts `program`, a command or an absolute path."""
    return (
        "[Desktop Entry]\nType=Application\nVersion=1.0\nName=flare-gui\nGenericName=CT segmentation\n"
        "Comment=Find liver, kidneys and spleen in an abdominal CT. For research and teaching\n"
        f"Exec={program} %F\nIcon=flare-gui\nTerminal=false\nCategories=Science;MedicalSoftware;\n"
        f"Keywords=CT;DICOM;NIfTI;liver;kidney;spleen;\nStartupWMClass=flare-gui\nMimeType={mime_types()}\n"
    )


def document_types() -> list[dict[str, Any]]:
    """`CFBundleDocumentTypes` of a macOS program: offered for these files and for folders, the default for its own."""
    types: list[dict[str, Any]] = [
        {
            "CFBundleTypeName": row.name,
            # Of `.nii.gz`, macOS looks at the last part alone.
            "CFBundleTypeExtensions": [ending.rpartition(".")[2] for ending in row.endings],
            "CFBundleTypeRole": "Editor" if row.endings == (".flare",) else "Viewer",
            "LSHandlerRank": "Owner" if row.endings == (".flare",) else "Alternate",
        }
        for row in FILE_TYPES
    ]
    folder = {"CFBundleTypeName": "DICOM folder", "LSItemContentTypes": ["public.folder"]}
    return [*types, folder | {"CFBundleTypeRole": "Viewer", "LSHandlerRank": "Alternate"}]
