# Answer key of network meta-analysis on made data, by R's netmeta and meta.
#
#   Rscript tools/peers/netmeta_key.R tests/evidence/keys/network.json
#
# Made with netmeta 2.8-2 and meta 6.5-0 (versions stand in the key). The data are drawn here and
# stand in the key beside the answers, so no test needs R.

suppressPackageStartupMessages({
  library(netmeta)
  library(jsonlite)
})

out <- commandArgs(trailingOnly = TRUE)[1]

# Trials of 2 to 4 arms that join all treatments; effects of a treatment and of a trial are normal.
arms <- function(seed, trials, treatments, binary, base = 0.25) {
  set.seed(seed)
  names <- paste0("T", sprintf("%02d", seq_len(treatments)))
  effect <- rnorm(treatments, 0, 0.4)
  rows <- list()
  for (i in seq_len(trials)) {
    m <- sample(c(2, 2, 2, 3, 4), 1)
    first <- if (i < treatments) c(i, i + 1) else sample(treatments, 2)
    chosen <- unique(c(first, sample(treatments, treatments)))[seq_len(m)]
    n <- sample(30:200, m)
    value <- effect[chosen] + rnorm(m, 0, 0.2)
    if (binary) {
      p <- plogis(qlogis(base) + rnorm(1, 0, 0.3) + value)
      d <- data.frame(study = paste("Trial", i), treatment = names[chosen],
                      events = rbinom(m, n, p), total = n)
    } else {
      sd <- round(runif(m, 1.5, 3), 2)
      d <- data.frame(study = paste("Trial", i), treatment = names[chosen],
                      mean = round(10 + rnorm(1) + value + rnorm(m) * sd / sqrt(n), 3),
                      sd = sd, n = n)
    }
    rows[[i]] <- d
  }
  do.call(rbind, rows)
}

of <- function(estimate, se, tau2 = NULL) {
  list(estimate = as.numeric(estimate), se = as.numeric(se), tau2 = tau2)
}

answers <- function(d, measure, binary) {
  pairs <- if (binary) {
    pairwise(treat = treatment, event = events, n = total, studlab = study, data = d, sm = measure)
  } else {
    pairwise(treat = treatment, mean = mean, sd = sd, n = n, studlab = study, data = d,
             sm = measure)
  }
  r <- "T01"
  fits <- lapply(c(DL = "DL", REML = "REML", ML = "ML"), function(how) {
    netmeta(pairs, reference.group = r, method.tau = how)
  })
  x <- fits$DL
  split <- netsplit(x)
  by_design <- netsplit(x, method = "SIDDE")
  parts <- decomp.design(x)
  row <- function(i, s, kind) list(
    comparison = s$comparison[i],
    direct = s[[paste0("direct.", kind)]]$TE[i], direct_se = s[[paste0("direct.", kind)]]$seTE[i],
    indirect = s[[paste0("indirect.", kind)]]$TE[i],
    indirect_se = s[[paste0("indirect.", kind)]]$seTE[i],
    difference = s[[paste0("compare.", kind)]]$TE[i], p = s[[paste0("compare.", kind)]]$p[i],
    share = s[[paste0("prop.", kind)]][i]
  )
  list(
    measure = measure, reference = r, treatments = x$trts, data = d, k = x$k, pairs = x$m,
    common = of(x$TE.common[, r], x$seTE.common[, r]),
    DL = of(fits$DL$TE.random[, r], fits$DL$seTE.random[, r], fits$DL$tau2),
    REML = of(fits$REML$TE.random[, r], fits$REML$seTE.random[, r], fits$REML$tau2),
    ML = of(fits$ML$TE.random[, r], fits$ML$seTE.random[, r], fits$ML$tau2),
    i2 = x$I2, q_total = x$Q, df = x$df.Q,
    q_within = x$Q.heterogeneity, df_within = x$df.Q.heterogeneity,
    q_between = x$Q.inconsistency, df_between = x$df.Q.inconsistency,
    q_between_random = parts$Q.inc.random$Q, tau_within = parts$Q.inc.random$tau.within,
    pi_low = as.numeric(x$lower.predict[, r]), pi_high = as.numeric(x$upper.predict[, r]),
    p_scores = as.numeric(netrank(x, small.values = "good", random = TRUE)$ranking.random[x$trts]),
    split = lapply(seq_along(split$comparison), row, s = split, kind = "random"),
    split_by_design = lapply(seq_along(by_design$comparison), row, s = by_design, kind = "common")
  )
}

mantel_haenszel <- function(d) {
  pairs <- pairwise(treat = treatment, event = events, n = total, studlab = study, data = d,
                    sm = "OR", allstudies = TRUE)
  x <- netmetabin(pairs, method = "MH", reference.group = "T01")
  list(reference = "T01", treatments = x$trts, data = d, k = x$k,
       common = of(x$TE.common[, "T01"], x$seTE.common[, "T01"]))
}

key <- list(
  versions = list(R = as.character(getRversion()),
                  netmeta = as.character(packageVersion("netmeta")),
                  meta = as.character(packageVersion("meta"))),
  networks = list(
    md = answers(arms(11, 30, 7, FALSE), "MD", FALSE),
    or = answers(arms(12, 26, 6, TRUE), "OR", TRUE),
    or_zero_cells = answers(arms(13, 24, 5, TRUE, base = 0.03), "OR", TRUE),
    rr = answers(arms(14, 22, 5, TRUE), "RR", TRUE),
    rd = answers(arms(15, 20, 5, TRUE), "RD", TRUE)
  ),
  mantel_haenszel = list(
    usual = mantel_haenszel(arms(16, 24, 5, TRUE)),
    sparse = mantel_haenszel(arms(17, 40, 4, TRUE, base = 0.02))
  )
)
write_json(key, out, auto_unbox = TRUE, digits = 12, na = "null", null = "null")
