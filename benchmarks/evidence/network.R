# One network by netmeta: prints the seconds of one analysis in process, then effects and tau2.
#
#   Rscript benchmarks/evidence/network.R network.csv METHOD all|fit
#
# "fit" leaves out the decomposition of Q, the splits and the ranks, which take minutes on a large
# network.

suppressPackageStartupMessages({
  library(netmeta)
  library(jsonlite)
})
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1])
began <- proc.time()[["elapsed"]]
pairs <- pairwise(treat = treatment, event = events, n = total, studlab = study, data = d,
                  sm = "OR")
x <- netmeta(pairs, reference.group = "T00", method.tau = arguments[2])
if (arguments[3] == "all") {
  parts <- decomp.design(x)
  split <- netsplit(x)
  ranks <- netrank(x, small.values = "good")
}
took <- proc.time()[["elapsed"]] - began
cat(toJSON(list(
  seconds = took, treatments = x$trts, tau2 = x$tau2,
  estimate = as.numeric(x$TE.random[, "T00"]), se = as.numeric(x$seTE.random[, "T00"]),
  q = x$Q, version = as.character(packageVersion("netmeta"))
), auto_unbox = TRUE, digits = 12))
