# The answers of lme4 and metafor for aggregated n-of-1 trials analysed within cycles of two periods:
#   Rscript tools/peers/n_of_1.R tests/trials/keys/n_of_1.json
# lme4 fits the differences of cycles with a person's effect as random; metafor gives the standard
# error of Hartung and Knapp at lme4's variances.
suppressMessages({library(lme4); library(metafor); library(jsonlite)})

single <- function(seed, people, cycles, lost) {
  set.seed(seed)
  treatment <- t(replicate(people, as.vector(replicate(cycles, sample(0:1)))))
  effect <- rnorm(people, -2, 1.5)
  fall <- matrix(-1.5 * seq_len(2 * cycles), people, 2 * cycles, byrow = TRUE)
  y <- round(24 + rnorm(people, 0, 4) + effect * treatment + fall + matrix(rnorm(people * 2 * cycles, 0, 2), people), 1)
  y[matrix(runif(length(y)) < lost, people)] <- NA
  odd <- seq(1, 2 * cycles, 2)
  d <- ifelse(treatment[, odd] == 1, 1, -1) * (y[, odd] - y[, odd + 1])
  long <- na.omit(data.frame(id = factor(rep(seq_len(people), cycles)), d = as.vector(d)))
  f <- lmer(d ~ 1 + (1 | id), long, REML = TRUE, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
  v <- as.data.frame(VarCorr(f))
  means <- tapply(long$d, long$id, mean)
  count <- tapply(long$d, long$id, length)
  knapp <- rma(as.numeric(means), vi = v$vcov[2] / as.numeric(count), tau2 = v$vcov[1], test = "knha")
  list(treatment = treatment, y = y, mean = unname(fixef(f)), se = knapp$se, spread = v$vcov[1], noise = v$vcov[2],
       shrunk = unname(fixef(f) + ranef(f)$id[levels(long$id), 1]))
}

out <- commandArgs(trailingOnly = TRUE)[1]
made <- list(
  what = "mixed models of the differences of cycles in aggregated n-of-1 trials",
  made_by = "tools/peers/n_of_1.R",
  versions = list(R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")),
                  metafor = as.character(packageVersion("metafor"))),
  trials = list(single(5, 20, 3, 0), single(6, 30, 4, 0.15)))
write(toJSON(made, digits = 12, auto_unbox = TRUE, na = "null"), out)
