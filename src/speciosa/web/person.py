"""What the store holds of one person, as the pages, the API and the lists all read it."""
