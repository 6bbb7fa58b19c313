# Answer keys of dose-ranging trials: Dunnett and best contrasts with multivariate t.
#
# Rscript tools/peers/dose.R tests/trials/keys/dose.json
suppressMessages({library(multcomp); library(mvtnorm); library(jsonlite)})
out <- commandArgs(trailingOnly = TRUE)[1]

one <- function(seed, n, doses, effect) {
  set.seed(seed)
  arm <- sample(rep(seq_along(doses) - 1, length.out = n))
  base <- round(rnorm(n, 24, 4), 1)
  y <- round(8 + 0.5 * base + effect[arm + 1] + rnorm(n, 0, 5), 1)
  y[runif(n) < 0.1] <- NA
  f <- lm(y ~ 0 + factor(arm) + I(base - mean(base[!is.na(y)])))
  k <- length(doses)
  control <- cbind(-1, diag(k - 1), 0)
  exact <- GenzBretz(maxpts = 5e6, abseps = 1e-7)
  dunnett <- summary(glht(f, control), test = adjusted("single-step", maxpts = 5e6, abseps = 1e-7))$test
  s <- vcov(f)[1:k, 1:k]; inverse <- solve(s); top <- max(doses)
  shapes <- rbind(doses, doses / (top / 10 + doses), doses / (top / 3 + doses))
  best <- t(apply(shapes, 1, function(m) {
    c <- inverse %*% (m - sum(inverse %*% m) / sum(inverse)); c / sqrt(sum(c^2)) }))
  t <- -as.vector(best %*% coef(f)[1:k]) / sqrt(diag(best %*% s %*% t(best)))
  p <- sapply(t, function(x) 1 - pmvt(upper = rep(x, 3), df = df.residual(f), algorithm = exact,
                                      corr = cov2cor(best %*% s %*% t(best)))[1])
  line <- doses - mean(doses); line <- line / (sum(line * doses) / top)
  list(doses = doses, arm = arm, baseline = base, y = y, dunnett = as.numeric(dunnett$pvalues),
       estimate = unname(dunnett$coefficients), shapes = t, shapes_p = p,
       trend = sum(line * coef(f)[1:k]), trend_se = sqrt(c(line %*% s %*% line)),
       holm = p.adjust(2 * pt(-abs(dunnett$tstat), df.residual(f)), "holm"))
}
made <- list(what = "dose-ranging trials: Dunnett, Holm, trend, best contrasts", made_by = "tools/peers/dose.R",
  versions = list(R = as.character(getRversion()), multcomp = as.character(packageVersion("multcomp")),
                  mvtnorm = as.character(packageVersion("mvtnorm"))),
  trials = list(one(31, 120, c(0, 1, 2, 4), c(0, -1, -2, -2.5)), one(32, 60, c(0, 5, 20), c(0, -1, -3)),
                one(33, 200, c(0, 1, 3, 6, 10), rep(0, 5))))
write(toJSON(made, digits = 10, auto_unbox = TRUE, na = "null"), out)
