"""Which organ a name means: in the spellings that programs, planning systems and people use, in several languages.

Segments are named by one phrase, of which every word has to be understood: a "liver tumour" is no liver. Names of files
carry numbers of patients and more beside the organ's, so there it is enough that no word says it is something else.
"""

import re
import unicodedata

from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY, SPLEEN, Organ

Organs = tuple[Organ, ...]
"""What a name means: one organ, both kidneys where it tells no side, or nothing that is known here."""

KIDNEYS: Organs = (RIGHT_KIDNEY, LEFT_KIDNEY)

_LIVER = "liver hepar leber foie higado fegato lever figado watroba jatra печень 肝 肝臓 肝臟 肝脏"
_SPLEEN = "spleen lien splen milz rate bazo milza milt baco sledziona slezina селезенка 脾 脾臓 脾臟 脾脏"
_KIDNEY = (
    "kidney kidneys kid ren renes niere nieren rein reins rinon rinones rene reni nier rim rins nerka ledvina почка "
    "почки 腎 腎臓 腎臟 肾 肾脏"
)
_LEFT = (
    "left l lt lft li links linke linker linkes sinister sinistra sinistro sin sx s gauche g izquierdo izquierda izq "
    "esquerdo lewa leva левая 左"
)
_RIGHT = (
    "right r rt rgt re rechts rechte rechter rechtes dexter dextra dextro dex dx d droit droite derecho derecha der "
    "destro direito prawa prava правая 右"
)
_BOTH = "both bilateral and und beide beides bds et y e"
# Say nothing about what it is.
_NOISE = (
    "the of a organ seg segmentation mask label labels labelmap roi structure contour auto ai ct nii gt pred "
    "prediction manual final edited new copy whole entire total complete ganze gesamte structureset"
)
# In a name of a file: it is something beside, inside or around the organ.
_SOMETHING_ELSE = (
    "tumor tumour tumors tumours tumoren lesion lesions laesion cyst cysts zyste zysten cancer metastasis metastases "
    "metastasen mass vessel vessels vein veins artery arteries gefaesse segment segments lobe lobes part cortex "
    "medulla pelvis hilum fat margin border ring ptv gtv ctv prv itv minus without wo no not ohne outside inverse dose "
    "uncertainty stone stones gland adrenal duct ducts parenchyma parenchym parts subtract wall ligament trauma"
)

_ORGAN_OF = dict.fromkeys(_LIVER.split(), "liver") | dict.fromkeys(_SPLEEN.split(), "spleen")
_ORGAN_OF |= dict.fromkeys(_KIDNEY.split(), "kidney")
_SIDE_OF = dict.fromkeys(_LEFT.split(), "left") | dict.fromkeys(_RIGHT.split(), "right")
_BOTH_WORDS, _NOISE_WORDS, _OTHER_WORDS = set(_BOTH.split()), set(_NOISE.split()), set(_SOMETHING_ELSE.split())
_MEANINGS: dict[tuple[str, str], Organs] = {
    ("liver", ""): (LIVER,),
    ("spleen", ""): (SPLEEN,),
    ("kidney", "left"): (LEFT_KIDNEY,),
    ("kidney", "right"): (RIGHT_KIDNEY,),
    ("kidney", ""): KIDNEYS,
}


def _any(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


# "leftkidney", "lkidney", "kidneyr", "lk", 左腎.
_GLUED = re.compile(
    f"(?P<a>{_any(_LEFT)}|{_any(_RIGHT)})?(?P<organ>{_any(_KIDNEY)}|k)(?P<b>{_any(_LEFT)}|{_any(_RIGHT)})?"
)
_SAYS_NOTHING = re.compile(
    r"(segment|label|labels|roi|class|structure|region|region of interest|mask|object|value|contour|unnamed|untitled|"
    r"unknown|no name|noname|new|channel|layer|klasse|[a-z])?"
)


def meant_by(name: str) -> Organs:
    """The organs that the name of a segment means; none when any of its words is not understood.

    "Kidney R", "kidney_left", "LK", "ren sinister" and "Linke Niere" are one kidney, "Nieren" are both.
    """
    words = [word for word in _words(name) if word not in _NOISE_WORDS]
    kinds = {_ORGAN_OF[word] for word in words if word in _ORGAN_OF}
    sides = {_SIDE_OF[word] for word in words if word in _SIDE_OF and word not in _ORGAN_OF}
    both = any(word in _BOTH_WORDS for word in words)
    if len(kinds) != 1 or any(word not in _ORGAN_OF | _SIDE_OF and word not in _BOTH_WORDS for word in words):
        return ()
    return _meaning(kinds.pop(), sides, both)


def meant_by_file(stem: str) -> Organs:
    """The organs that the name of a file (without its suffix) means; none when it names several or something else."""
    words = _words(stem, numbers=True)
    places = [place for place, word in enumerate(words) if word in _ORGAN_OF]
    kinds = {_ORGAN_OF[words[place]] for place in places}
    if len(kinds) != 1 or not _OTHER_WORDS.isdisjoint(words):
        return ()
    # A side stands beside its organ: the L of "case_l_12_kidney_right" is none.
    beside = {words[near] for place in places for near in (place - 1, place + 1) if 0 <= near < len(words)}
    return _meaning(kinds.pop(), {_SIDE_OF[word] for word in beside if word in _SIDE_OF}, False)


def says_nothing(name: str) -> bool:
    """Whether a name is only a number in disguise: "Segment_1", "label 3", "ROI-2", "7" or nothing at all."""
    return _SAYS_NOTHING.fullmatch(" ".join(_words(name))) is not None


def _meaning(kind: str, sides: set[str], both: bool) -> Organs:
    if len(sides) == 2 or (both and not sides):
        return KIDNEYS if kind == "kidney" else ()
    # A left liver is a lobe.
    return _MEANINGS.get((kind, next(iter(sides), "")), ()) if not both else ()


def _words(name: str, *, numbers: bool = False) -> list[str]:
    """Lower-case words without accents, and without `numbers` unless these are wanted; what is glued comes apart."""
    flat = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = unicodedata.normalize("NFC", "".join(c for c in flat if not unicodedata.combining(c) or ord(c) > 0x3000))
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    words: list[str] = []
    for word in re.findall(r"[^\W\d_]+|\d+" if numbers else r"[^\W\d_]+", apart.lower()):
        glued = None if word in _ORGAN_OF or word in _SIDE_OF or len(word) < 2 else _GLUED.fullmatch(word)
        if glued is None or not (glued["a"] or glued["b"]):
            words.append(word)
        else:
            organ = "kidney" if glued["organ"] == "k" else glued["organ"]
            words += [part for part in (glued["a"], organ, glued["b"]) if part]
    return words
