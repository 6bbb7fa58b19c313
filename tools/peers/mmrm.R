# Answer keys of the mixed model for repeated measures.
#
# Rscript tools/peers/mmrm.R tests/trials/keys/mmrm.json
#
# Draws small trials, fits them with nlme::gls (corSymm + varIdent, REML) and, for degrees of
# freedom, with the packages mmrm and pbkrtest, and writes scores and answers together. Nothing here is run by
# the tests: they read the file.
suppressMessages({library(nlme); library(mmrm); library(lme4); library(pbkrtest); library(jsonlite)})

out <- commandArgs(trailingOnly = TRUE)[1]

draw <- function(seed, n, visits, arms, monotone, lost) {
  set.seed(seed)
  arm <- rep(0:(arms - 1), length.out = n)
  base <- round(rnorm(n, 24, 4), 1)
  person <- rnorm(n, 0, 3); slope <- rnorm(n, 0, 0.8)
  y <- sapply(seq_len(visits), function(v)
    round(6 + 0.6 * base + person + slope * v - 0.7 * arm * v / visits * 3 + rnorm(n, 0, 2 + 0.3 * v), 1))
  if (monotone) {
    at <- ifelse(runif(n) < lost, sample.int(visits, n, TRUE), visits + 1)
    for (v in seq_len(visits)) y[at <= v, v] <- NA
  } else {
    y[matrix(runif(n * visits) < lost, n)] <- NA
  }
  list(arm = arm, baseline = base, y = y)
}

key <- function(name, d) {
  visits <- ncol(d$y); n <- nrow(d$y)
  long <- data.frame(id = factor(rep(seq_len(n), visits)), visit = factor(rep(seq_len(visits), each = n)),
                     time = rep(seq_len(visits), each = n), arm = factor(rep(d$arm, visits)),
                     baseline = rep(d$baseline, visits), y = as.vector(d$y))
  long <- long[!is.na(long$y), ]
  long <- long[order(long$id, long$time), ]
  g <- gls(y ~ 0 + visit + visit:arm + visit:baseline, long, method = "REML",
           correlation = corSymm(form = ~ time | id), weights = varIdent(form = ~ 1 | visit),
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-12, msTol = 1e-14,
                                opt = "nlminb", msVerbose = FALSE))
  full <- which.max(table(long$id))
  last <- paste0("visit", visits, ":arm", setdiff(levels(long$arm), "0"))
  first <- paste0("visit1:arm", setdiff(levels(long$arm), "0"))
  tt <- summary(g)$tTable
  m <- list()
  for (method in c("Satterthwaite", "Kenward-Roger-Linear", "Residual")) {
    vc <- if (method == "Kenward-Roger-Linear") "Kenward-Roger-Linear" else "Asymptotic"
    how <- if (method == "Kenward-Roger-Linear") "Kenward-Roger" else method
    f <- mmrm(y ~ 0 + visit + visit:arm + visit:baseline + us(visit | id), long, reml = TRUE,
              control = mmrm_control(method = how, vcov = vc))
    s <- summary(f)$coefficients
    m[[method]] <- list(estimate = s[c(first, last), "Estimate"], se = s[c(first, last), "Std. Error"],
                        df = s[c(first, last), "df"], p = s[c(first, last), "Pr(>|t|)"],
                        log_likelihood = as.numeric(logLik(f)))
    if (method == "Satterthwaite") m$covariance <- unname(as.matrix(component(f, "varcor")))
  }
  for (structure in c("toep", "cs")) {
    form <- as.formula(paste0("y ~ 0 + visit + visit:arm + visit:baseline + ", structure, "(visit | id)"))
    f <- mmrm(form, long, reml = TRUE)
    s <- summary(f)$coefficients
    m[[structure]] <- list(estimate = s[c(first, last), "Estimate"], se = s[c(first, last), "Std. Error"],
                           df = s[c(first, last), "df"], log_likelihood = as.numeric(logLik(f)))
  }
  r <- lmer(y ~ 0 + visit + visit:arm + visit:baseline + (1 | id), long,
            control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14)))
  pick <- as.numeric(names(fixef(r)) == paste0("visit", visits, ":arm1"))
  adjusted <- vcovAdj(r)
  kr <- list(estimate = sum(pick * fixef(r)), se = sqrt(sum(pick * (adjusted %*% pick))),
             df = Lb_ddf(pick, vcov(r), adjusted))
  list(name = name, arm = d$arm, baseline = d$baseline, y = d$y,
       pbkrtest = kr,
       gls = list(estimate = unname(tt[c(first, last), "Value"]), se = unname(tt[c(first, last), "Std.Error"]),
                  log_likelihood = as.numeric(logLik(g))), mmrm = m)
}

trials <- list(
  key("complete, two arms", draw(11, 60, 4, 2, TRUE, 0)),
  key("monotone, two arms, six visits", draw(12, 120, 6, 2, TRUE, 0.3)),
  key("intermittent, three arms", draw(13, 90, 4, 3, FALSE, 0.2)),
  key("small, monotone", draw(14, 28, 3, 2, TRUE, 0.4))
)
made <- list(
  what = "mixed models for repeated measures of four drawn trials; contrasts: first visit, then last",
  made_by = "tools/peers/mmrm.R",
  versions = list(R = as.character(getRversion()), nlme = as.character(packageVersion("nlme")),
                  mmrm = as.character(packageVersion("mmrm")),
                  lme4 = as.character(packageVersion("lme4")),
                  pbkrtest = as.character(packageVersion("pbkrtest"))),
  trials = trials)
write(toJSON(made, digits = 12, auto_unbox = TRUE, na = "null"), out)
