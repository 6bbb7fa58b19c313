"""The trials that are missing: design, simulation, operating characteristics, protocol."""
