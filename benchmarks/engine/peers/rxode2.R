# rxode2 with its defaults (liblsoda) except tolerances; its own threads.
suppressMessages(library(rxode2))
source(file.path(commandArgs(trailingOnly = TRUE)[[2]], "common.R"))
model <- eval(parse(file.path(folder, "rxode2.R")))
events <- et(time = times)
for (i in seq_len(nrow(doses))) {
  events <- et(events, time = doses$time[i], amt = doses$amt[i], cmt = states[doses$cmt[i]])
}
serve(function(subjects, threads) {
  who <- as.data.frame(people[seq_len(subjects), , drop = FALSE])
  found <- rxSolve(
    model, who, events, rtol = rtol, atol = atol, cores = threads, maxsteps = 500000,
    returnType = "data.frame", addDosing = FALSE
  )
  as.vector(t(as.matrix(found[, c("O1", "O2", "O3")])))
}, as.character(packageVersion("rxode2")))
