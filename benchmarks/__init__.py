"""Programs that measure; each can be run again by anybody."""
