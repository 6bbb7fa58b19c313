"""Who is registered with the service: EHRs that call it, servers it may read from. Models only."""
