"""Engine: runs stage functions over parts of the records, in this process or on a cluster."""
