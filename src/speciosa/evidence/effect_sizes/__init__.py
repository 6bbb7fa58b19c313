"""Raw arms or published summaries -> effect sizes and their sampling variances."""
