# Answer keys of reference-based imputation: the conditional mean.
#
# Rscript tools/peers/imputation.R tests/trials/keys/imputation.json
#
# Parameters by nlme::gls on the scores before leaving; every missing last score replaced by its
# expectation under the assumption; then least squares.
suppressMessages({library(nlme); library(jsonlite)})
out <- commandArgs(trailingOnly = TRUE)[1]

draw <- function(seed, n, visits, arms, returned) {
  set.seed(seed)
  arm <- rep(0:(arms - 1), length.out = n)
  base <- round(rnorm(n, 24, 4), 1)
  person <- rnorm(n, 0, 3)
  y <- sapply(seq_len(visits), function(v) round(8 + 0.5 * base + person - 1.5 * arm * v / visits + rnorm(n, 0, 3), 1))
  left <- ifelse(runif(n) < 0.3, sample.int(visits, n, TRUE), visits + 1)
  for (v in seq_len(visits)) {
    lost <- left <= v & !(runif(n) < returned)
    y[lost, v] <- NA
  }
  y[matrix(runif(n * visits) < 0.04, n)] <- NA
  list(arm = arm, baseline = base, y = y, stopped = pmin(left - 1, visits))
}

key <- function(d, method) {
  n <- nrow(d$y); visits <- ncol(d$y)
  tail <- apply(d$y, 1, function(r) { seen <- which(!is.na(r)); if (length(seen)) max(seen) else 0 })
  left <- pmin(d$stopped, tail)  # visits before leaving
  used <- d$y
  if (method != "mar") for (v in seq_len(visits)) used[left < v, v] <- NA
  long <- data.frame(id = factor(rep(seq_len(n), visits)), visit = factor(rep(seq_len(visits), each = n)),
                     time = rep(seq_len(visits), each = n), arm = factor(rep(d$arm, visits)),
                     baseline = rep(d$baseline, visits), y = as.vector(used))
  g <- gls(y ~ 0 + visit + visit:arm + visit:baseline, long[!is.na(long$y), ], method = "REML",
           correlation = corSymm(form = ~ time | id), weights = varIdent(form = ~ 1 | visit),
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-12, msTol = 1e-14, opt = "nlminb"))
  correlation <- diag(visits)
  correlation[lower.tri(correlation)] <- coef(g$modelStruct$corStruct, unconstrained = FALSE)
  correlation <- correlation + t(correlation) - diag(visits)
  ratio <- coef(g$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)[as.character(seq_len(visits))]
  sd <- g$sigma * ratio
  sigma <- correlation * outer(sd, sd)
  b <- coef(g)
  effect <- function(a, v) if (a == 0) 0 else unname(b[paste0("visit", v, ":arm", a)])
  control <- function(i, v) unname(b[paste0("visit", v)] + b[paste0("visit", v, ":baseline")] * d$baseline[i])
  last <- d$y[, visits]
  for (i in which(is.na(last))) {
    a <- d$arm[i]
    mean <- sapply(seq_len(visits), function(v) {
      own <- control(i, v) + effect(a, v)
      gone <- left[i] < visits
      if (method == "mar" || !gone) own
      else if (method == "cr") control(i, v)
      else if (v <= left[i]) own
      else if (method == "j2r" || left[i] == 0) control(i, v)
      else control(i, v) + effect(a, left[i])
    })
    o <- which(!is.na(d$y[i, ]))
    last[i] <- mean[visits]
    if (length(o)) last[i] <- last[i] + sigma[visits, o] %*% solve(sigma[o, o, drop = FALSE], d$y[i, o] - mean[o])
  }
  f <- lm(last ~ factor(d$arm) + d$baseline)
  unname(coef(f)[seq_len(max(d$arm)) + 1])
}

one <- function(...) {
  d <- draw(...)
  c(d, list(conditional_mean = sapply(c("mar", "j2r", "cr", "cir"), function(m) key(d, m), simplify = FALSE)))
}
made <- list(
  what = "reference-based conditional means of the last visit",
  made_by = "tools/peers/imputation.R",
  versions = list(R = as.character(getRversion()), nlme = as.character(packageVersion("nlme"))),
  trials = list(one(21, 80, 4, 2, 0), one(22, 90, 3, 3, 0), one(23, 100, 4, 2, 0.4)))
write(toJSON(made, digits = 12, auto_unbox = TRUE, na = "null"), out)
