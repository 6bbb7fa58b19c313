# Answer keys of group-sequential boundaries.
#
# Rscript tools/peers/sequential.R tests/trials/keys/sequential.json
suppressMessages({library(rpact); library(jsonlite)})
out <- commandArgs(trailingOnly = TRUE)[1]

designs <- list()
add <- function(name, type, fractions, alpha, sides, ..., spending, parameter = NULL, futility = NULL,
                power_at = 3) {
  d <- getDesignGroupSequential(typeOfDesign = type, informationRates = fractions, alpha = alpha,
                                sided = sides, tolerance = 1e-10, ...)
  p <- getPowerAndAverageSampleNumber(d, theta = power_at / 10, nMax = 100)
  one <- list(name = name, spending = spending, parameter = parameter, fractions = fractions, alpha = alpha,
              sides = sides, upper = d$criticalValues, alpha_spent = d$alphaSpent,
              drift = power_at, power = as.numeric(p$overallReject),
              expected_fraction = as.numeric(p$averageSampleNumber) / 100)
  if (!is.null(futility)) {
    one$futility <- futility
    one$lower <- d$futilityBounds
    one$beta_spent <- d$betaSpent
  }
  designs[[length(designs) + 1]] <<- one
}
even <- function(k) seq_len(k) / k
for (k in c(2, 3, 5)) for (sides in 1:2) {
  a <- if (sides == 1) 0.025 else 0.05
  add(paste("LD OBF", k, sides), "asOF", even(k), a, sides, spending = "obrien-fleming")
  add(paste("LD Pocock", k, sides), "asP", even(k), a, sides, spending = "pocock")
  add(paste("HSD -4", k, sides), "asHSD", even(k), a, sides, gammaA = -4, spending = "hwang-shih-decani", parameter = -4)
  add(paste("Kim-DeMets 2", k, sides), "asKD", even(k), a, sides, gammaA = 2, spending = "power", parameter = 2)
  add(paste("OBF", k, sides), "OF", even(k), a, sides, spending = "classic obrien-fleming")
  add(paste("Pocock", k, sides), "P", even(k), a, sides, spending = "classic pocock")
  add(paste("Haybittle-Peto", k, sides), "HP", even(k), a, sides, constantBoundsHP = 3, spending = "haybittle-peto", parameter = 3)
}
u <- c(0.3, 0.65, 0.8, 1)
for (sides in 1:2) {
  a <- if (sides == 1) 0.025 else 0.05
  add(paste("LD OBF uneven", sides), "asOF", u, a, sides, spending = "obrien-fleming")
  add(paste("HSD 1 uneven", sides), "asHSD", u, a, sides, gammaA = 1, spending = "hwang-shih-decani", parameter = 1)
}

d <- getDesignGroupSequential(typeOfDesign = "asOF", informationRates = even(3), alpha = 0.025, beta = 0.1,
                              sided = 1, typeBetaSpending = "bsOF", bindingFutility = FALSE, tolerance = 1e-10)
ch <- getDesignCharacteristics(d)
beta <- list(fractions = even(3), alpha = 0.025, beta = 0.1, upper = d$criticalValues,
             lower = d$futilityBounds, shift = ch$shift, inflation = ch$inflationFactor)
write(toJSON(list(what = "group-sequential boundaries, power and expected share of the largest sample",
                  made_by = "tools/peers/sequential.R",
                  versions = list(R = as.character(getRversion()), rpact = as.character(packageVersion("rpact"))),
                  designs = designs, beta_spending = beta),
             digits = 12, auto_unbox = TRUE, null = "null"), out)
