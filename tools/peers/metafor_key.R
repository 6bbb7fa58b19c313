# Answer key of pooling on made data, by R's metafor and clubSandwich.
#
#   Rscript tools/peers/metafor_key.R tests/evidence/keys/pooling.json
#
# The data are drawn here and stand in the key beside the answers, so no test needs R.
# Iterations are run to tight tolerances: the defaults of these packages stop earlier.

suppressPackageStartupMessages({
  library(metafor)
  library(clubSandwich)
  library(jsonlite)
})

out <- commandArgs(trailingOnly = TRUE)[1]

# Metafor's thresholds are absolute, so they go with the size of the variances.
tightly <- function(vi) list(
  threshold = 1e-11 * median(vi), maxiter = 10000, tol = 1e-12 * median(vi), stepadj = 0.5,
  tau2.max = 1e5 * max(vi)
)
methods <- c("DL", "PM", "REML", "ML", "SJ", "HE", "HS", "EB")

whole <- function(fit, yi, vi) {
  tight <- tightly(vi)
  t_km2 <- predict(rma(yi, vi, method = fit$method, control = tight))
  q <- qt(0.975, fit$k - 2)
  list(
    estimate = as.numeric(fit$beta), se = fit$se, ci_low = fit$ci.lb, ci_high = fit$ci.ub,
    stat = fit$zval, p = fit$pval, tau2 = fit$tau2, i2 = fit$I2, h2 = fit$H2, q = fit$QE,
    weights = as.numeric(weights(fit)),
    pi_half = q * sqrt(fit$tau2 + t_km2$se^2)
  )
}

univariate <- function(yi, vi, year) {
  tight <- tightly(vi)
  answers <- list()
  for (m in methods) {
    fit <- rma(yi, vi, method = m, control = tight)
    answers[[m]] <- whole(fit, yi, vi)
    for (test in c("knha", "adhoc")) {
      hk <- rma(yi, vi, method = m, test = test, control = tight)
      answers[[m]][[test]] <- list(
        se = hk$se, ci_low = hk$ci.lb, ci_high = hk$ci.ub, stat = hk$zval, p = hk$pval
      )
    }
  }
  ce <- rma(yi, vi, method = "FE")
  answers$CE <- list(
    estimate = as.numeric(ce$beta), se = ce$se, ci_low = ce$ci.lb, ci_high = ce$ci.ub,
    q = ce$QE, i2 = ce$I2, h2 = ce$H2
  )
  reml <- rma(yi, vi, control = tight)
  profile <- confint(reml, control = list(tol = 1e-12 * median(vi), maxiter = 10000, tau2.max = 1e5 * max(vi)))
  knha <- rma(yi, vi, test = "knha", control = tight)
  inf <- influence(reml)$inf
  l1o <- leave1out(knha)
  cum <- cumul(reml, order = year)
  asym <- regtest(yi, vi, model = "lm")
  # Metafor refuses columns of very small numbers; the classical test covers those sets.
  asym_rma <- try(regtest(reml, model = "rma"), silent = TRUE)
  rank <- suppressWarnings(ranktest(yi, vi))
  fill <- list()
  for (estimator in c("L0", "R0")) for (side in c("left", "right")) for (m in c("FE", "REML")) {
    tf <- try(trimfill(rma(yi, vi, method = m, control = tight), side = side, estimator = estimator,
                       control = tight), silent = TRUE)
    fill[[paste(estimator, side, m, sep = "_")]] <- if (inherits(tf, "try-error")) NULL else list(
      k0 = tf$k0, estimate = as.numeric(tf$beta), se = tf$se
    )
  }
  auto <- try(trimfill(reml, control = tight), silent = TRUE)
  list(
    pooled = answers,
    q_profile = profile$random[1, 2:3],
    leave_one_out = list(
      estimate = l1o$estimate, se = l1o$se, ci_low = l1o$ci.lb, ci_high = l1o$ci.ub,
      tau2 = l1o$tau2, i2 = l1o$I2, q = l1o$Q
    ),
    cumulative = list(estimate = cum$estimate, se = cum$se, tau2 = cum$tau2, i2 = cum$I2, q = cum$Q),
    influence = list(
      residual = inf$rstudent, dffits = inf$dffits, cook = inf$cook.d, covariance_ratio = inf$cov.r,
      tau2_without = inf$tau2.del, q_without = inf$QE.del, hat = inf$hat
    ),
    egger = list(stat = asym$zval, p = asym$pval, limit = as.numeric(asym$est),
                 limit_low = asym$ci.lb, limit_high = asym$ci.ub,
                 slope = as.numeric(asym$fit$coefficients[2])),
    egger_random_effects = if (inherits(asym_rma, "try-error")) NULL else list(
      stat = asym_rma$zval, p = asym_rma$pval, limit = as.numeric(asym_rma$est),
      slope = as.numeric(asym_rma$fit$beta[2])),
    begg = list(tau = as.numeric(rank$tau), p = rank$pval),
    trim_and_fill = fill,
    trim_and_fill_side = if (inherits(auto, "try-error")) NULL else auto$side
  )
}

regression <- function(yi, vi, x, z, group) {
  tight <- tightly(vi)
  one <- function(fit) list(
    estimate = as.numeric(fit$beta), se = fit$se, ci_low = fit$ci.lb, p = fit$pval, tau2 = fit$tau2,
    i2 = fit$I2, r2 = fit$R2, qe = fit$QE, qe_p = fit$QEp, qm = fit$QM, qm_p = fit$QMp,
    q_profile = confint(fit, control = list(tol = 1e-12 * median(vi), maxiter = 10000, tau2.max = 1e5 * max(vi)))$random[1, 2:3]
  )
  answers <- list()
  for (m in c("DL", "PM", "REML", "ML", "SJ", "HE", "HS", "EB")) for (test in c("z", "knha", "adhoc"))
    answers[[paste(m, test, sep = "_")]] <- one(
      rma(yi, vi, mods = ~ x + z + group, method = m, test = test, control = tight))
  answers$interaction <- one(rma(yi, vi, mods = ~ x + z + x:z, control = tight))
  answers$no_intercept <- one(rma(yi, vi, mods = ~ group - 1, control = tight))
  answers
}

normal_sets <- list()
add <- function(name, seed, k, tau, spread, shift = 0, scale = 1) {
  set.seed(seed)
  vi <- (rgamma(k, 2, 2) * spread + 0.02) * scale^2
  x <- rnorm(k); z <- runif(k, 1, 5); group <- sample(c("a", "b", "c"), k, TRUE)
  yi <- shift + scale * (0.3 * x + rnorm(k, 0, tau)) + rnorm(k, 0, sqrt(vi))
  year <- sample(1800:2020, k)
  set <- list(yi = yi, vi = vi, year = year, x = x, z = z, group = group,
              univariate = univariate(yi, vi, year))
  if (k >= 12) set$regression <- regression(yi, vi, x, z, group)
  normal_sets[[name]] <<- set
}
add("twelve", 1, 12, 0.3, 0.2)
add("thirty", 2, 30, 0.6, 0.1)
add("five", 3, 5, 0.2, 0.2)
add("three", 4, 3, 0.4, 0.1)
add("homogeneous", 5, 20, 0, 0.5)
add("wide", 6, 15, 25, 0.1)
add("far", 7, 15, 0.3, 0.2, shift = 1000)
add("tiny", 8, 15, 0.3, 0.2, scale = 1e-5)
add("huge", 9, 15, 0.3, 0.2, scale = 1e5)
add("hundred", 10, 100, 0.4, 0.2)

counts <- function(seed, k, base, effect, size) {
  set.seed(seed)
  n1 <- sample(size, k, TRUE); n2 <- sample(size, k, TRUE)
  p <- plogis(rnorm(k, qlogis(base), 0.4))
  a <- rbinom(k, n1, plogis(qlogis(p) + effect)); c <- rbinom(k, n2, p)
  one <- function(fit) list(estimate = as.numeric(fit$beta), se = fit$se)
  answers <- list()
  for (measure in c("OR", "RR", "RD")) answers[[measure]] <- one(
    rma.mh(ai = a, n1i = n1, ci = c, n2i = n2, measure = measure, add = 0, to = "none",
           drop00 = FALSE))
  peto <- rma.peto(ai = a, n1i = n1, ci = c, n2i = n2, add = 0, to = "none", drop00 = FALSE)
  answers$Peto <- c(one(peto), list(q = peto$QE))
  es <- escalc("OR", ai = a, n1i = n1, ci = c, n2i = n2, add = 0.5, to = "only0")
  # As the papers write them: Harbord tests the intercept of Z/sqrt(V) on sqrt(V).
  n <- n1 + n2
  score <- a - n1 * (a + c) / n
  info <- n1 * n2 * (a + c) * (n - a - c) / (n^2 * (n - 1))
  told <- info > 0
  harbord <- coef(summary(lm((score / sqrt(info))[told] ~ sqrt(info)[told])))[1, ]
  answers$Harbord <- list(stat = unname(harbord[3]), p = unname(harbord[4]))
  if (all(told)) {
    peters <- coef(summary(lm(es$yi ~ I(1 / n), weights = 1 / (1 / (a + c) + 1 / (n - a - c)))))[2, ]
    answers$Peters <- list(stat = unname(peters[3]), p = unname(peters[4]))
  }
  for (model in c("CM.AL", "CM.EL")) {
    fit <- try(rma.glmm(ai = a, n1i = n1, ci = c, n2i = n2, measure = "OR", model = model,
                        drop00 = TRUE), silent = TRUE)
    if (!inherits(fit, "try-error")) answers[[model]] <- c(one(fit), list(tau2 = fit$tau2))
  }
  list(events_1 = a, total_1 = n1, events_2 = c, total_2 = n2, yi = as.numeric(es$yi),
       vi = as.numeric(es$vi), answers = answers)
}
count_sets <- list(
  usual = counts(21, 15, 0.25, -0.4, 40:200),
  rare = counts(22, 20, 0.02, -0.5, 30:300),
  common = counts(23, 12, 0.8, 0.3, 50:150)
)

dependent <- function(seed, studies, sigma_study, sigma_effect) {
  set.seed(seed)
  n <- sample(1:5, studies, TRUE); cluster <- rep(seq_len(studies), n)
  vi <- rgamma(length(cluster), 2, 20) + 0.02
  yi <- 0.4 + rnorm(studies, 0, sigma_study)[cluster] + rnorm(length(cluster), 0, sigma_effect) +
    rnorm(length(cluster), 0, sqrt(vi))
  d <- data.frame(yi, vi, cluster, id = seq_along(yi))
  mv <- NULL
  for (tol in c(1e-13, 1e-12, 1e-11, 1e-10, 1e-9)) if (is.null(mv)) mv <- tryCatch(
    rma.mv(yi, vi, random = ~ 1 | cluster / id, data = d,
           control = list(rel.tol = tol, iter.max = 10000, eval.max = 10000)),
    error = function(e) NULL)
  uni <- rma(yi, vi, data = d, control = tightly(vi))
  cr2 <- function(fit) {
    got <- coef_test(fit, vcov = "CR2", cluster = d$cluster)
    ci <- conf_int(fit, vcov = "CR2", cluster = d$cluster)
    df <- if ("df_Satt" %in% names(got)) got$df_Satt else got$df
    list(estimate = got$beta, se = got$SE, df = df, ci_low = ci$CI_L, ci_high = ci$CI_U)
  }
  es <- escalc(measure = "GEN", yi = yi, vi = vi, data = d)
  merged <- function(rho, weighted) {
    got <- aggregate(es, cluster = cluster, rho = rho, weighted = weighted)
    list(yi = as.numeric(got$yi), vi = got$vi)
  }
  list(yi = yi, vi = vi, cluster = cluster,
       three_level = list(estimate = as.numeric(mv$beta), se = mv$se, sigma2 = mv$sigma2,
                          log_likelihood = as.numeric(logLik(mv)), cr2 = cr2(mv)),
       independent_cr2 = cr2(uni),
       aggregated = list(half = merged(0.5, TRUE), strong = merged(0.9, TRUE),
                         none = merged(0, TRUE), plain = merged(0.5, FALSE)))
}
dependent_sets <- list(
  both = dependent(31, 20, 0.4, 0.2),
  studies_only = dependent(32, 15, 0.5, 0),
  effects_only = dependent(33, 25, 0, 0.4),
  none = dependent(34, 12, 0, 0),
  few = dependent(35, 5, 0.3, 0.3)
)

key <- list(
  made_with = list(
    R = paste(R.version$major, R.version$minor, sep = "."),
    metafor = as.character(packageVersion("metafor")),
    clubSandwich = as.character(packageVersion("clubSandwich")),
    lme4 = as.character(packageVersion("lme4"))
  ),
  effects = normal_sets, counts = count_sets, dependent = dependent_sets
)
write_json(key, out, digits = NA, auto_unbox = TRUE, na = "null", null = "null", pretty = 1)
