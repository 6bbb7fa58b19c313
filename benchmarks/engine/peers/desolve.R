# deSolve: lsoda with a compiled right-hand side, one call for each subject; forks as threads.
suppressMessages(library(deSolve))
source(file.path(commandArgs(trailingOnly = TRUE)[[2]], "common.R"))
object <- file.path(folder, paste0("desolve", .Platform$dynlib.ext))
code <- system2(
  file.path(R.home("bin"), "R"), c("CMD", "SHLIB", "-o", object, file.path(folder, "desolve.c")),
  stdout = FALSE, stderr = FALSE
)
stopifnot(code == 0)
dyn.load(object)

first <- doses$time == 0
start <- initial
for (i in which(first)) start[doses$cmt[i]] <- start[doses$cmt[i]] + doses$amt[i]
events <- data.frame(
  var = states[doses$cmt[!first]], time = doses$time[!first], value = doses$amt[!first],
  method = "add"
)
grid <- sort(unique(c(0, times, events$time)))
wanted <- match(times, grid)

one <- function(i) {
  p <- people[i, ]
  curve <- lsoda(
    start, grid, "derivs", p, rtol = rtol, atol = atol, dllname = "desolve", initfunc = "initmod",
    events = list(data = events), maxsteps = 1e5
  )
  t(curve[wanted, c("C", "M", "ZC")]) / c(p[["Vc"]], 60, 50)
}
serve(function(subjects, threads) {
  if (threads == 1 || subjects == 1) return(unlist(lapply(seq_len(subjects), one)))
  unlist(parallel::mclapply(seq_len(subjects), one, mc.cores = threads))
}, as.character(packageVersion("deSolve")))
