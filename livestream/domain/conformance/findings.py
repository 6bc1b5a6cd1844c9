"""What a stream must keep, and what is said of one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """A rule of RFC 8216, of Apple's authoring specification, or of this house, by its name."""

    LISTS = "every list can be read"
    VERSION = "the version covers the tags"
    RELATIVE = "addresses stay in the folder"
    FILES = "every file is there"
    TYPE = "type and end agree"
    INDEPENDENT = "pieces are said to stand alone"
    TARGET = "no piece outlasts the target"
    LENGTH = "stated lengths are true"
    BOXES = "fragments are whole"
    EDITS = "no edit list moves the times"
    DECODES = "every piece decodes alone"
    KEY_FIRST = "every piece begins with a key frame"
    KEY_OFTEN = "key frames come often"
    JOINS = "pieces join without gap or overlap"
    ALIGNED = "all sizes are cut at the same moments"
    TOGETHER = "all renditions begin and end together"
    CODECS = "codecs are those of the init section"
    RESOLUTION = "the stated size is the decoded one"
    FRAME_RATE = "the stated frame rate is the decoded one"
    BANDWIDTH = "the bandwidth covers the peak, and not much more"
    AVERAGE = "the average bandwidth is true"
    GROUPS = "groups are whole and true"
    SOUND_ALONE = "the sound can be had by itself"
    KEY_LIST = "there is a list of key frames"
    KEY_ENTRIES = "an entry of key frames is one key frame"
    CAPTIONS = "captions can be read"
    CUES = "captions stand in their place"


@dataclass(frozen=True)
class Finding:
    """One rule that one file does not keep, in a sentence."""

    rule: Rule
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says} [{self.rule.value}]"
