"""Print how the static model does on the study pairs of the base.

    python tools/interaction_performance.py

Geometric mean fold error, bias, share within two-fold and coverage of the 90 % interval. The pairs
informed some of the constants, so this describes the fit and does not validate the model.
"""

from __future__ import annotations

import math

from speciosa.knowledge import load
from speciosa.pharmacology.interactions.perpetrator import Use, activity, effects
from speciosa.pharmacology.interactions.static_model import auc_ratio
from speciosa.pharmacology.interactions.victim import clearance


def main() -> None:
    knowledge = load()
    logs, covered, skipped = [], 0, []
    for pair in knowledge.ddi.pairs:
        if pair.perpetrator == "kratom":
            continue
        victim = clearance(knowledge.medicines.get(pair.victim), oral=pair.route == "oral")
        found = effects(knowledge.medicines.get(pair.perpetrator), Use(), knowledge)
        if victim is None or not found.keys() & victim.fm.keys():
            skipped.append(f"{pair.perpetrator} on {pair.victim}")
            continue
        ratio = auc_ratio(victim, [activity(found)])
        logs.append(math.log(ratio.median / pair.auc_ratio))
        covered += ratio.low <= pair.auc_ratio <= ratio.high
    number = len(logs)
    print(f"pairs {number}")
    print(f"geometric mean fold error {math.exp(sum(abs(x) for x in logs) / number):.2f}")
    print(f"geometric mean bias {math.exp(sum(logs) / number):.2f}")
    print(f"within two-fold {sum(abs(x) <= math.log(2) for x in logs) / number:.0%}")
    print(f"inside the 90 % interval {covered / number:.0%}")
    print(f"without a common enzyme in the base: {', '.join(skipped)}")


if __name__ == "__main__":
    main()
