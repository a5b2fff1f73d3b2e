"""A made forecast -> its model card (Markdown) and a record after the UK Algorithmic Transparency Recording Standard (JSON)."""

import datetime as dt

from forecast.categories import TARGETS, VICTIM_REPORTED
from forecast.guidance import NO_GROUND
from forecast.model.recipe import TERMS
from headquarters.forecast.making import MODEL_VERSION, Made

PURPOSE = (
    "Shows patrols where burglary, vehicle theft, theft from vehicles and robbery are most likely on a day or shift."
)
NOT_FOR = "No ground for a stop or a search, no score of a person, an address or an officer."
LIMITS = (
    "Recorded crime is not all crime: what victims do not report is not forecast.",
    "Most boxes see no crime on most shifts; the odds stand beside each box.",
    "Whether patrols in boxes reduce crime is to be shown with the audit boxes, not assumed.",
    "Places that changed in the last weeks are recognised late.",
)
INPUTS = f"Day, minute, category and place of events: {', '.join(VICTIM_REPORTED)}. No persons, plates or demographics; no crime that patrols discover."
Json = dict[str, object]


def model_card(made: Made, evaluation: Json | None) -> str:
    """The card of this very forecast model; figures of an evaluation stand in it when one is given."""
    ready = made.ready
    weights = [
        f"| {_name(index)} | {weight:.3f} |" for index, weight in enumerate(ready.fitted.weights) if weight >= 0.0005
    ]
    return "\n".join(
        [
            "# Model card: where and when", "",
            f"Made for {dt.date.fromordinal(made.order.day)} by the build command; model version {MODEL_VERSION}, hash `{made.model_hash}`.", "",
            "## Purpose", "", PURPOSE, NOT_FOR, NO_GROUND, "",
            "## What goes in", "", INPUTS,
            f"{made.events} events to {dt.date.fromordinal(made.last_event_day)}; learned from what came before {dt.date.fromordinal(ready.day)}.", "",
            "## The model", "",
            f"Mixture of decayed counts, recipe '{ready.fitted.recipe}'; boxes of {made.order.box_m:g} m placed freely, none overlapping.",
            f"Expected hits are calibrated on {ready.calibration.hits} hits of the year before (slope {ready.calibration.slope:.3f}).", "",
            "| term | weight |", "|---|---:|", *weights, "",
            "## How good it is", "", *_measured(evaluation), "",
            "## Limits", "", *(f"- {line}" for line in LIMITS), "",
            "## Decisions of analysts", "", *(f"- {line}" for line in made.log or ("none",)), "",
        ]
    )  # fmt: skip


def transparency_record(made: Made, evaluation: Json | None) -> Json:
    """Sections as in the UK Algorithmic Transparency Recording Standard (gov.uk, tier 1 and 2); owners fill in what only they know."""
    return {
        "tier_1": {
            "name": "Patrol Edge: where and when", "description": PURPOSE, "website": None, "contact": None,
            "how_it_works": "Past events count the more the younger they are; the squares that would count most are shown to patrols.",
        },
        "tier_2": {
            "owner": {"organisation": None, "senior_responsible_owner": None, "supplier": "Patrol Edge"},
            "rationale": {"benefits": "Patrol time goes where victims report crime.", "alternatives": "Long-run counts; see the evaluation."},
            "decision_process": {"human_oversight": "Analysts suppress and add boxes with a reason; crews decide what to do.", "not_for": NOT_FOR},
            "model": {"version": MODEL_VERSION, "hash": made.model_hash, "targets": list(TARGETS), "recipe": made.ready.fitted.recipe},
            "data": {"inputs": INPUTS, "events": made.events, "personal_data": "none", "last_event": str(dt.date.fromordinal(made.last_event_day))},
            "risks": {"limits": list(LIMITS), "mitigations": ["allow-list of categories", "audit boxes", "disparity report", "cap by district", "kill switch"]},
            "impact": {"evaluation": evaluation},
            "decisions": list(made.log),
        },
    }  # fmt: skip


def _name(index: int) -> str:
    term = TERMS[index]
    names = "targets" if len(term.categories) > 1 else VICTIM_REPORTED[term.categories[0]]
    decay = "whole history" if term.tau_days is None else f"decay {term.tau_days:g} days"
    return f"{names}, {decay}" + ("" if term.sigma_m is None else f", spread {term.sigma_m:g} m")


def _measured(evaluation: Json | None) -> list[str]:
    if evaluation is None:
        return ["Not measured in this build: give `--evaluation FILE` of `patrol-hq forecast evaluate --json`."]
    rates, gains = evaluation["hit_rate"], evaluation["gain_over"]
    assert isinstance(rates, dict)
    assert isinstance(gains, dict)
    lines = [
        f"{evaluation['from']} to {evaluation['to']}, {evaluation['events']} events, {evaluation['boxes']} boxes a day:"
    ]
    lines += [
        f"- {name}: hit rate {rate['value']:.4f} ({rate['low']:.4f} to {rate['high']:.4f})"
        for name, rate in rates.items()
    ]
    lines += [
        f"- gain over {name}: {g['value']:+.1%} ({g['low']:+.1%} to {g['high']:+.1%})" for name, g in gains.items()
    ]
    return [*lines, f"- expected / actual hits: {evaluation['expected_over_actual']}"]
