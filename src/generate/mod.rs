//! Instances and flow logs from a seed.
