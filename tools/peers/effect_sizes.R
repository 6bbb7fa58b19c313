# Effect sizes by metafor's escalc, as an answer key: Rscript tools/peers/effect_sizes.R
# Writes tests/evidence/keys/effect_sizes.json. Versions stand in the file.
suppressMessages({library(metafor); library(jsonlite)})

counts <- data.frame(ai = c(4, 0, 12, 30, 0, 5), n1i = c(123, 40, 60, 30, 50, 80),
                     ci = c(11, 3, 9, 20, 0, 5), n2i = c(139, 42, 58, 31, 52, 79))
means <- data.frame(m1i = c(10.2, 5, -3.4, 21), sd1i = c(4.1, 2.5, 6, 8.8), n1i = c(20, 8, 150, 3),
                    m2i = c(12.9, 5.5, 0.2, 14), sd2i = c(3.8, 1.9, 7.1, 9.5), n2i = c(22, 9, 148, 4))
rates <- data.frame(x1i = c(3, 0, 14, 0), t1i = c(120.5, 80, 900, 60),
                    x2i = c(9, 2, 20, 0), t2i = c(118, 77.5, 1010, 61))
correlations <- data.frame(ri = c(0.31, -0.12, 0.85, 0), ni = c(40, 12, 200, 5))

made <- function(found) {
  list(yi = as.numeric(found$yi), vi = as.numeric(found$vi))
}
key <- list(
  versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))),
  counts = counts, means = means, rates = rates, correlations = correlations,
  expected = list(
    OR = made(escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = counts, drop00 = TRUE)),
    RR = made(escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = counts, drop00 = TRUE)),
    RD = made(escalc("RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = counts)),
    MD = made(escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = means)),
    MD_HO = made(escalc("MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = means, vtype = "HO")),
    SMD_LS = made(escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = means)),
    SMD_LS2 = made(escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = means, vtype = "LS2")),
    SMD_UB = made(escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = means, vtype = "UB")),
    IRR = made(escalc("IRR", x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = rates, drop00 = TRUE)),
    IRD = made(escalc("IRD", x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = rates)),
    COR = made(escalc("COR", ri = ri, ni = ni, data = correlations)),
    ZCOR = made(escalc("ZCOR", ri = ri, ni = ni, data = correlations))
  )
)
write(toJSON(key, auto_unbox = TRUE, digits = 15, na = "null", pretty = TRUE),
      "tests/evidence/keys/effect_sizes.json")
