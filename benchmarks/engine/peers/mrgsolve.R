# mrgsolve with its defaults except tolerances; forks as threads.
suppressMessages(library(mrgsolve))
source(file.path(commandArgs(trailingOnly = TRUE)[[2]], "common.R"))
model <- mread("mrgsolve", project = folder, file = "mrgsolve.cpp", soloc = folder, quiet = TRUE)
model <- update(model, rtol = rtol, atol = atol, maxsteps = 1e5, outvars = c("O1", "O2", "O3"))
events <- do.call(c, lapply(
  seq_len(nrow(doses)),
  function(i) ev(time = doses$time[i], cmt = doses$cmt[i], amt = doses$amt[i])
))
some <- function(rows) {
  who <- data.frame(ID = seq_along(rows), people[rows, , drop = FALSE])
  found <- mrgsim_ei(model, events, who, tgrid = times, obsonly = TRUE, output = "df")
  as.vector(t(as.matrix(found[, c("O1", "O2", "O3")])))
}
serve(function(subjects, threads) {
  if (threads == 1 || subjects == 1) return(some(seq_len(subjects)))
  parts <- parallel::splitIndices(subjects, threads)
  unlist(parallel::mclapply(parts, some, mc.cores = threads))
}, as.character(packageVersion("mrgsolve")))
