"""From a design and its values to blocks of simulated trials."""
