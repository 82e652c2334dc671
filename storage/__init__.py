"""PostgreSQL's side of the house: time-ordered ids, partitions, COPY. Knows no business word."""
