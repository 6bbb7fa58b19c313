"""How an error-controlled step is judged and the next one chosen: the same for every solver."""

# A pivot of W = I - gamma h J below this rejects the step: a smaller h brings W close to I.
SMALLEST_PIVOT = 1e-6
# States this small become nought, lest they decay into denormal numbers, which are slow.
NEGLIGIBLE = 1e-150
# The first step after an event is at least this part of the way to the next one.
SMALLEST_SHARE = 1e-7
# A step smaller than this part of the time is lost in rounding.
SMALLEST_STEP = 1e-14
# An error reckoned to be just tolerable is often a little larger, so steps stay below that.
SAFETY = 0.96
LARGEST_GROWTH = 6.0
LARGEST_CUT = 0.2
