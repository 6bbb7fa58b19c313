# What the R peers share: the problem from files, and answers to commands on standard input.
folder <- commandArgs(trailingOnly = TRUE)[[1]]
words <- strsplit(readLines(file.path(folder, "names.txt")), " ")
states <- words[[1]]
varying <- words[[2]]
people <- matrix(
  readBin(file.path(folder, "people.bin"), "double", 1e8), ncol = length(varying), byrow = TRUE,
  dimnames = list(NULL, varying)
)
doses <- read.csv(file.path(folder, "doses.csv"))
times <- read.csv(file.path(folder, "times.csv"))$time
initial <- setNames(read.csv(file.path(folder, "initial.csv"))$amount, states)
rtol <- 1e-6
atol <- 1e-9

# The peak memory of this process and its finished children, MiB.
peak <- function() {
  line <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

# solve(subjects, threads) gives all numbers, subject by subject, time by time, output by output.
serve <- function(solve, version) {
  cat(sprintf("READY %s\n", version))
  flush(stdout())
  input <- file("stdin", "r")
  while (length(line <- readLines(input, 1)) > 0) {
    command <- strsplit(line, " ")[[1]]
    subjects <- as.integer(command[[2]])
    threads <- as.integer(command[[3]])
    start <- Sys.time()
    found <- solve(subjects, threads)
    took <- as.numeric(difftime(Sys.time(), start, units = "secs"))
    if (command[[1]] == "check") writeBin(as.double(found), command[[4]])
    cat(sprintf("%.6f %.1f\n", took, peak()))
    flush(stdout())
  }
}
