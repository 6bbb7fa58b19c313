# The work of pooling.py done by R's metafor: reads a CSV of yi, vi, year.
#
#   Rscript pooling.R FILE REFITS            # once, prints the answers as JSON
#   Rscript pooling.R FILE REFITS --serve    # once for every line on standard input, with the seconds

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})
args <- commandArgs(trailingOnly = TRUE)
refits <- as.integer(args[2])

work <- function(file) {
  d <- read.csv(file)
  k <- nrow(d)
  fit <- rma(yi, vi, data = d, test = "knha")
  model <- predict(rma(yi, vi, data = d, tau2 = fit$tau2))
  profile <- confint(fit)$random
  half <- qt(0.975, k - 2) * sqrt(fit$tau2 + model$se^2)
  egger <- regtest(d$yi, d$vi, model = "lm")
  filled <- trimfill(fit)
  left <- round(seq(1, k, length.out = refits))
  without <- sapply(left, function(i) as.numeric(rma(yi, vi, data = d[-i, ], test = "knha")$beta))
  d <- d[order(d$year), ]
  sizes <- round(seq(k / refits, k, length.out = refits))
  grown <- sapply(sizes, function(n) as.numeric(rma(yi, vi, data = d[1:n, ], test = "knha")$beta))
  list(
    pool = c(as.numeric(fit$beta), fit$se, fit$ci.lb, fit$ci.ub, fit$tau2, fit$I2),
    q_profile = as.numeric(profile[1, 2:3]), prediction = as.numeric(fit$beta) + c(-half, half),
    egger = egger$zval, trim_and_fill = c(filled$k0, as.numeric(filled$beta)),
    leave_one_out = without, cumulative = grown
  )
}

# The steps one by one, so that the refits can be told apart from the rest.
seconds <- function(file) {
  d <- read.csv(file)
  fit <- rma(yi, vi, data = d, test = "knha")
  c(
    pool = system.time({rma(yi, vi, data = d, test = "knha"); confint(fit); predict(fit)})[[3]],
    egger = system.time(regtest(d$yi, d$vi, model = "lm"))[[3]],
    trim_and_fill = system.time(trimfill(fit))[[3]],
    one_refit = system.time(rma(yi, vi, data = d[-1, ], test = "knha"))[[3]]
  )
}

if ("--serve" %in% args) {
  input <- file("stdin", "r")
  while (length(line <- readLines(input, 1))) {
    if (line == "steps") {
      cat(toJSON(as.list(seconds(args[1])), digits = NA, auto_unbox = TRUE), "\n", sep = "")
    } else {
      took <- system.time(answer <- work(args[1]))[[3]]
      cat(toJSON(list(seconds = took, answer = answer), digits = NA, auto_unbox = TRUE), "\n", sep = "")
    }
    flush(stdout())
  }
} else {
  cat(toJSON(work(args[1]), digits = NA, auto_unbox = TRUE), "\n", sep = "")
}
