"""A category's name in, its code or a refusal out: what may be forecast, what may help, what may never come in."""

from typing import Final

TARGETS: Final = ("burglary", "theft_of_vehicle", "theft_from_vehicle", "robbery")
# Reported by victims, so a helper's history does not echo where patrols were sent.
VICTIM_REPORTED: Final = (*TARGETS, "criminal_damage", "assault", "other_theft")
# `other` mixes reported and discovered offences: it marks land as studied and trains nothing.
STUDY_ONLY: Final = ("other",)
CATEGORIES: Final = VICTIM_REPORTED + STUDY_ONLY
CODES: Final = {name: code for code, name in enumerate(CATEGORIES)}
# Words that mark a record as made by the patrol itself (forecasting.md, 9: feedback).
DISCOVERED_WORDS: Final = (
    "drug", "narcotic", "weapon", "firearm", "knife", "stop_search", "stop_and_search", "traffic", "proactive",
    "prostitution", "public_order", "disorder", "warrant", "trespass", "drunk", "alcohol", "gambling",
)  # fmt: skip


class RefusedCategoryError(ValueError):
    """A category that no forecast may be made from; the text says why."""


def code_of(name: str) -> int:
    """The code of a category of the column contract; RefusedCategoryError for discovered crime and for unknown names."""
    code = CODES.get(name)
    if code is not None:
        return code
    folded = name.strip().lower().replace("-", "_").replace(" ", "_")
    if any(word in folded for word in DISCOVERED_WORDS):
        raise RefusedCategoryError(
            f"category '{name}' is crime that patrols discover; a forecast trained on it sends patrols where they already were"
        )
    raise RefusedCategoryError(f"unknown category '{name}'; the contract has: {', '.join(CATEGORIES)}")
