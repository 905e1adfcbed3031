"""What has no word of the domain in it: database, errors, paging, clock, the private cluster."""
