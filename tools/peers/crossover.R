# Answer keys of crossover trials.
#
# Rscript tools/peers/crossover.R tests/trials/keys/crossover.json
suppressMessages(library(jsonlite))
out <- commandArgs(trailingOnly = TRUE)[1]

crossed <- function(seed, squares, people, lost, carry) {
  set.seed(seed)
  periods <- ncol(squares)
  sequence <- rep(seq_len(nrow(squares)), length.out = people)
  treatment <- squares[sequence, ]
  y <- round(20 + rnorm(people, 0, 3) + rep(rnorm(periods), each = people) - 1.5 * treatment +
             matrix(rnorm(people * periods, 0, 2), people), 1)
  y[matrix(runif(people * periods) < lost, people)] <- NA
  d <- data.frame(id = factor(rep(seq_len(people), periods)), period = factor(rep(seq_len(periods), each = people)),
                  treatment = factor(as.vector(treatment)),
                  before = factor(as.vector(cbind(0, treatment[, -periods]))), y = as.vector(y))
  form <- if (carry) y ~ id + period + treatment + before else y ~ id + period + treatment
  d <- d[d$id %in% names(which(table(d$id[!is.na(d$y)]) > 1)), ]
  f <- lm(form, droplevels(d))
  s <- summary(f)$coefficients
  rows <- grep("^treatment", rownames(s))
  list(treatment = treatment, sequence = sequence, y = y, carry_over = carry, estimate = s[rows, 1], se = s[rows, 2],
       df = f$df.residual, p = s[rows, 4])
}

ab <- rbind(c(0, 1), c(1, 0))
williams3 <- rbind(c(0, 1, 2), c(1, 2, 0), c(2, 0, 1), c(2, 1, 0), c(0, 2, 1), c(1, 0, 2))
made <- list(
  what = "within-person regressions of crossover trials",
  made_by = "tools/peers/crossover.R",
  versions = list(R = as.character(getRversion())),
  crossover = list(crossed(1, ab, 24, 0, FALSE), crossed(2, ab, 30, 0.15, FALSE),
                   crossed(3, williams3, 24, 0, FALSE), crossed(4, williams3, 24, 0.1, TRUE)))
write(toJSON(made, digits = 12, auto_unbox = TRUE, na = "null"), out)
